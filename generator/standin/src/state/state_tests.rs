use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::event::Event;
use crate::flags::Flag;
use crate::scripts::Scripts;

thread_local! {
    static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn say(line: &str) {
    SAID.with_borrow_mut(|said| said.push(line.to_owned()));
}

/// The messages since the last call.
fn said() -> String {
    SAID.with_borrow_mut(|said| std::mem::take(said).join("\n"))
}

const EVENT_WITHOUT_PROPERTIES: &str = r#"{"version": 1, "counts": {}, "flags": {}, "flags_version": 1, "flags_asked": {},
    "events": [{"sequence": 1, "received_at": 1, "path": "/e", "token": "phc_a", "event": "seen", "uuid": "u",
    "distinct_id": "a", "timestamp": null, "properties": [1]}]}"#;

/// A stand-in with its state file, just after the start.
struct Started {
    standin: Standin,
    state: Option<State>,
}

impl Started {
    fn keeping(file: &Path, kept: usize) -> Self {
        let mut store = Store::new(kept, BTreeMap::new());
        let state = State::open(file, &mut store, say);
        Self {
            standin: Standin::new(store, Scripts::Carried),
            state,
        }
    }

    fn new(file: &Path) -> Self {
        Self::keeping(file, 100)
    }

    fn capture(&self, name: &str, distinct_id: &str, properties: Value) {
        let Value::Object(properties) = properties else {
            panic!("properties are an object")
        };
        let raw = serde_json::value::to_raw_value(&properties).unwrap();
        self.standin.change(|store| {
            let event = Event {
                token: "phc_a".into(),
                name: name.to_owned(),
                uuid: format!("uuid-{}", store.counts.events),
                distinct_id: distinct_id.to_owned(),
                timestamp: Some("2026-11-21T12:00:00Z".to_owned()),
                properties,
            };
            store.take(event, raw, "/batch", 1_700_000_000_000);
        });
    }

    /// Ends the stand-in in an orderly way.
    fn stop(self) {
        self.state.unwrap().save(&self.standin);
    }

    /// All of its data that a client can see.
    fn shows(&self) -> Value {
        let store = self.standin.read();
        let people = store.people.newest_first();
        json!({
            "counts": store.counts,
            "events": store.events().map(|event| json!(store.event_json(event))).collect::<Vec<_>>(),
            "people": people.iter().map(|person| person.to_json()).collect::<Vec<_>>(),
            "groups": store.groups_json(),
            "warnings": store.warnings.to_json(&store.people),
            "flags": store.flags,
            "called": store.flags_called(),
            "asked": store.flags_asked(),
        })
    }
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data/posthog.json");
    (folder, file)
}

#[test]
fn a_restart_finds_all_as_it_was() {
    let (_folder, file) = folder();
    let before = Started::new(&file);
    let anonymous =
        json!({"$process_person_profile": false, "$session_id": "s", "text": "ä \"quoted\""});
    before.capture("seen", "visitor", anonymous);
    let link = json!({"$anon_distinct_id": "visitor", "$set": {"name": "Ann"}, "$session_id": "s"});
    before.capture("$identify", "user", link);
    before.capture(
        "$identify",
        "other",
        json!({"$anon_distinct_id": "visitor"}),
    );
    let group =
        json!({"$group_type": "company", "$group_key": "acme", "$group_set": {"plan": "paid"}});
    before.capture("$groupidentify", "user", group);
    let called = json!({"$feature_flag": "menu", "$feature_flag_response": "bold"});
    before.capture("$feature_flag_called", "user", called);
    before.standin.change(|store| {
        let flag = Flag::read(&json!({"variants": {"a": 50, "b": 50}, "variant": "b"})).unwrap();
        store.flags.insert("menu".to_owned(), flag);
        store.asked("headline", None);
        store.counts.replay_bytes = 7;
    });
    let shown = before.shows();
    let flags_version = before.standin.read().flags_version;
    before.stop();

    let after = Started::new(&file);
    assert_eq!(after.shows(), shown);
    assert!(after.standin.read().flags_version > flags_version);
    after.capture("seen", "user", json!({}));
    assert_eq!(
        after.shows()["events"][5]["sequence"],
        6,
        "it goes on where it was"
    );
    assert_eq!(said(), "");
}

#[test]
fn people_outlive_the_events_that_made_room() {
    let (_folder, file) = folder();
    let before = Started::keeping(&file, 3);
    let link = json!({"$anon_distinct_id": "visitor", "$set": {"name": "Ann"}});
    before.capture("$identify", "user", link);
    for _ in 0..20 {
        before.capture("seen", "user", json!({}));
    }
    before.stop();
    let after = Started::keeping(&file, 3);
    let shown = after.shows();
    assert_eq!(shown["people"][0]["properties"]["name"], "Ann");
    assert_eq!(shown["people"][0]["identified"], true);
    assert_eq!(shown["events"].as_array().unwrap().len(), 3);
    assert_eq!(
        (&shown["counts"]["events"], &shown["counts"]["forgotten"]),
        (&json!(21), &json!(18))
    );
    after.stop();
    let again = Started::keeping(&file, 3);
    assert_eq!(again.shows()["people"][0]["properties"]["name"], "Ann");
}

#[test]
fn what_cannot_be_read_is_set_aside_and_said() {
    for (content, reason) in [
        ("{\"version\": 1, \"events\": [", "EOF"),
        ("", "EOF"),
        ("[1, 2]", "trailing characters"),
        ("{\"version\": 1}", "missing field"),
        (EVENT_WITHOUT_PROPERTIES, "an event's properties: "),
        (
            "{\"version\": 2, \"everything\": \"else\"}",
            "it is of version 2",
        ),
    ] {
        let (_folder, file) = folder();
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, content).unwrap();
        let started = Started::new(&file);
        started.capture("seen", "a", json!({}));
        started.stop();
        let said = said();
        assert!(
            said.contains(reason) && said.contains("starts empty"),
            "{content}: {said}"
        );
        let files = fs::read_dir(file.parent().unwrap()).unwrap();
        let aside = files
            .map(|entry| entry.unwrap().path())
            .find(|path| *path != file && path.extension().is_some_and(|ending| ending == "json"));
        let aside = aside.expect("the old file is still there");
        assert!(said.contains(&aside.display().to_string()), "{said}");
        assert_eq!(fs::read_to_string(aside).unwrap(), content);
        assert_eq!(
            Started::new(&file).shows()["counts"]["events"],
            1,
            "the new one is read"
        );
    }
}

#[test]
fn a_write_that_was_cut_off_leaves_the_last_whole_one() {
    let (_folder, file) = folder();
    let started = Started::new(&file);
    started.capture("seen", "a", json!({}));
    started.stop();
    let whole = fs::read(&file).unwrap();
    fs::write(beside(&file, "new"), &whole[..whole.len() / 2]).unwrap();
    let after = Started::new(&file);
    assert_eq!(after.shows()["counts"]["events"], 1);
    after.capture("seen", "a", json!({}));
    after.stop();
    assert_eq!(Started::new(&file).shows()["counts"]["events"], 2);
    assert_eq!(said(), "");
}

#[test]
fn two_do_not_write_the_same_file() {
    let (_folder, file) = folder();
    let first = Started::new(&file);
    let second = Started::new(&file);
    assert!(second.state.is_none());
    assert!(said().contains("belongs to another hoglet"));
    first.stop();
    assert!(Started::new(&file).state.is_some());
}

#[test]
fn a_file_that_cannot_be_written_is_said_once() {
    let (_here, file) = folder();
    let started = Started::new(&file);
    fs::create_dir(beside(&file, "new")).unwrap();
    let state = started.state.as_ref().unwrap();
    state.save(&started.standin);
    state.save(&started.standin);
    assert_eq!(said().matches("cannot write").count(), 1);
    fs::remove_dir(beside(&file, "new")).unwrap();
    state.save(&started.standin);
    fs::create_dir(beside(&file, "new")).unwrap();
    state.save(&started.standin);
    assert_eq!(
        said().matches("cannot write").count(),
        1,
        "it is another time"
    );

    let (folder, _) = folder();
    fs::write(folder.path().join("taken"), "").unwrap();
    let nowhere = folder.path().join("taken/posthog.json");
    assert!(Started::new(&nowhere).state.is_none());
    assert!(said().contains("cannot write"));
}

#[test]
fn the_file_is_bounded_and_keeps_the_newest() {
    let (_folder, file) = folder();
    let started = Started::new(&file);
    // An event of more than 1 MB is dropped.
    let long = "x".repeat(960 * 1024);
    for number in 0..60 {
        started.capture("seen", "a", json!({"number": number, "long": long}));
    }
    started.stop();
    let size = fs::metadata(&file).unwrap().len();
    assert!(size < 50 * 1024 * 1024, "{size}");
    let shown = Started::new(&file).shows();
    let events = shown["events"].as_array().unwrap();
    assert!((42..55).contains(&events.len()), "{}", events.len());
    assert_eq!(events.last().unwrap()["properties"]["number"], 59);
    assert_eq!(shown["counts"]["events"], 60);
}

#[test]
fn flags_of_the_command_line_win_over_those_of_the_file() {
    let (_folder, file) = folder();
    let started = Started::new(&file);
    let flag = |active: bool| Flag::read(&json!(active)).unwrap();
    started.standin.change(|store| {
        store.flags.insert("old".to_owned(), flag(true));
        store.flags.insert("both".to_owned(), flag(true));
    });
    started.stop();
    let given = BTreeMap::from([("both".to_owned(), flag(false))]);
    let mut store = Store::new(10, given);
    State::open(&file, &mut store, say).unwrap();
    assert!(store.flags["old"].active && !store.flags["both"].active);
}
