#!/bin/sh
# Makes the app in examples/reading-list: books to read, and notes about them.
#
# No file of the app was edited afterwards. `cargo xtask refresh` runs them with the
# generator of this repository. The times in the names of the migrations are fixed, so the result is always the same.
set -eu

hoglet new reading-list --yes --set description="Books to read, and notes about them"
cd reading-list

# This app does not need the demo.
hoglet destroy demo

# Two tables with pages. A note belongs to a book, and its text is private.
hoglet generate resource book title:string:search author:string:search 'pages:integer?' 'status:enum(wanted,reading,finished):index' 'finished_on:date?'
hoglet generate resource note book:references body:text:private 'page:integer?'

# A page for everybody.
hoglet generate page about

# A mail that proposes the next book, a job for one reader, and a schedule.
hoglet generate mail proposal
hoglet generate job propose_book user_id:uuid
hoglet generate schedule tidy_shelves "0 3 * * *"

# An event and a flag.
hoglet generate event book_recommended pages:integer
hoglet generate flag shared-shelves
