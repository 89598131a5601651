// Events, the newest first. An update requests only the new events.

import { get } from "./server.js";

const PAGE = 100;

export class Feed {
  events = [];
  people = {};
  more = false;
  #key;
  #identities;
  #many = PAGE;

  // `filter` is the query for the server. `key` identifies the filter, because `since` in the query changes with the clock.
  async load(filter, key, { identities }) {
    if (this.#key !== undefined && key !== this.#key) this.#many = PAGE;
    const anew = key !== this.#key || identities !== this.#identities || this.events.length === 0;
    const ask = (after) => get("events", { ...filter, limit: this.#many, after });
    const last = anew ? undefined : this.events[0].sequence;
    let answer = await ask(last);
    if (last) {
      const missed = answer.events.length === this.#many || answer.total < last;
      answer = missed ? await ask() : { events: [...this.events.toReversed(), ...answer.events], people: { ...this.people, ...answer.people } };
    }
    this.#key = key;
    this.#identities = identities;
    this.people = answer.people;
    const found = answer.events.filter((event) => !(event.received_at < filter.since)).toReversed();
    this.more = found.length >= this.#many;
    this.events = found.slice(0, this.#many);
  }

  // Makes the next update request one more page of older events.
  older() {
    this.#many += PAGE;
    this.#key = undefined;
  }
}
