//! PostHog's endpoints for flags that the server evaluates.
//!
//! [`super::definitions`] is for clients that evaluate flags.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::endpoints::js;
use crate::endpoints::request::Incoming;
use crate::event::{distinct_id, group_key};
use crate::flags::{Answer, Flag, Subject};
use crate::standin::{Standin, now};
use crate::store::Store;
use crate::wire::intake;
use crate::wire::refusal::Refusal;

/// `/flags` and the older `/decide`.
pub async fn evaluate(State(standin): State<Arc<Standin>>, incoming: Incoming) -> Response {
    let path = incoming.uri.path();
    let request = readable(&incoming.headers)
        .and_then(|()| incoming.json())
        .and_then(check);
    let (token, id, request) = match request {
        Ok(request) => request,
        Err(refusal) => {
            incoming.report(&refusal, path, &standin);
            return refusal.into_response();
        }
    };
    let detailed = incoming
        .field("v")
        .and_then(|version| version.parse::<u32>().ok())
        .unwrap_or(1)
        >= 2
        && path.starts_with("/flags");
    let mut response = standin.change(|store| {
        store.counts.flag_requests += 1;
        let keys = request
            .get("flag_keys_to_evaluate")
            .and_then(Value::as_array);
        for key in keys.into_iter().flatten().filter_map(Value::as_str) {
            store.asked(key, None);
        }
        answer(store, &token, &id, &request, detailed)
    });
    // posthog-js asks for the flags of surveys only, if the app's server has evaluated the others.
    if incoming
        .field("only_evaluate_survey_feature_flags")
        .as_deref()
        == Some("true")
        && let Some(Value::Object(flags)) = response.get_mut("flags")
    {
        flags.retain(|key, _| key.starts_with("survey-targeting-"));
    }
    if incoming.field("config").as_deref() == Some("true") {
        response.extend(js::config(&token, &standin.read()));
    }
    Json(response).into_response()
}

/// Refuses all bodies but JSON, text and forms.
///
/// It follows `decode_request` in PostHog's `rust/feature-flags/src/handler/decoding.rs`.
fn readable(headers: &HeaderMap) -> Result<(), Refusal> {
    const KINDS: [&str; 3] = [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
    ];
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let kind = kind.to_str().unwrap_or_default();
    let bare = kind.split(';').next().unwrap_or_default().trim();
    match KINDS.contains(&bare) {
        true => Ok(()),
        false => Err(Refusal::bad(format!(
            "Failed to decode request: unsupported content type: {kind}. Please check your request format and try again."
        ))),
    }
}

type Checked = (Arc<str>, String, Map<String, Value>);

fn check(json: Value) -> Result<Checked, Refusal> {
    let Value::Object(request) = json else {
        return Err(Refusal::bad("Failed to parse request: not an object."));
    };
    let token = intake::token_of(&request).ok_or_else(|| {
        Refusal::unauthorized(
            "No API token provided. Please include a valid API token in your request.",
        )
    })?;
    // PostHog accepts only existing tokens; here any text in the form of a token passes.
    if !token.starts_with("phc_") {
        return Err(Refusal::unauthorized(
            "The provided API key is invalid or has expired. Please check your API key and try again.",
        ));
    }
    let id = ["distinct_id", "$distinct_id"]
        .iter()
        .find_map(|field| request.get(*field))
        .ok_or_else(|| Refusal::bad("The distinct_id field is missing from the request. Please include a valid identifier."))?;
    let id = distinct_id(id).ok_or_else(|| {
        Refusal::bad("The distinct_id field cannot be empty. Please provide a valid identifier.")
    })?;
    Ok((token.into(), id, request))
}

fn answer(
    store: &Store,
    token: &Arc<str>,
    id: &str,
    request: &Map<String, Value>,
    detailed: bool,
) -> Map<String, Value> {
    let object = |field: &str| {
        request
            .get(field)
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default()
    };
    // Properties in the request override those of the person.
    let mut properties = store
        .people
        .properties_of(token, id)
        .cloned()
        .unwrap_or_default();
    properties.extend(object("person_properties"));
    let groups = object(if request.contains_key("groups") {
        "groups"
    } else {
        "$groups"
    });
    let mut group_properties = Map::new();
    let sent = object("group_properties");
    for (kind, key) in &groups {
        let known = group_key(key)
            .and_then(|key| store.group(kind, &key))
            .cloned();
        let mut merged = known.unwrap_or_default();
        merged.extend(
            sent.get(kind)
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
        );
        group_properties.insert(kind.clone(), Value::Object(merged));
    }
    let subject = Subject {
        distinct_id: id,
        properties: &properties,
        groups: &groups,
        group_properties: &group_properties,
    };
    let only: Option<Vec<&str>> = request
        .get("flag_keys_to_evaluate")
        .and_then(Value::as_array)
        .map(|keys| keys.iter().filter_map(Value::as_str).collect());
    let answers: Vec<_> = store
        .flags
        .iter()
        .enumerate()
        .filter(|(_, (key, _))| {
            only.as_ref()
                .is_none_or(|only| only.contains(&key.as_str()))
        })
        .map(|(index, (key, flag))| (index + 1, key, flag, flag.evaluate(key, &subject)))
        .collect();

    let mut response = Map::new();
    if detailed {
        let flags: Map<String, Value> = answers
            .iter()
            .map(|(number, key, flag, answer)| {
                (
                    (*key).clone(),
                    detail(*number, key, flag, answer, store.flags_version),
                )
            })
            .collect();
        response.insert("flags".to_owned(), Value::Object(flags));
        // The field is sent only if the setting is on.
        if store.project.minimal_flag_called_events {
            response.insert("minimalFlagCalledEvents".to_owned(), true.into());
        }
    } else {
        let values: Map<String, Value> = answers
            .iter()
            .map(|(_, key, _, answer)| ((*key).clone(), value(answer)))
            .collect();
        let payloads: Map<String, Value> = answers
            .iter()
            .filter_map(|(_, key, flag, answer)| {
                Some(((*key).clone(), flag.payload(answer)?.into()))
            })
            .collect();
        response.insert("featureFlags".to_owned(), Value::Object(values));
        response.insert("featureFlagPayloads".to_owned(), Value::Object(payloads));
    }
    response.insert("errorsWhileComputingFlags".to_owned(), false.into());
    response.insert("requestId".to_owned(), Uuid::now_v7().to_string().into());
    response.insert("evaluatedAt".to_owned(), now().into());
    response
}

fn detail(number: usize, key: &str, flag: &Flag, answer: &Answer, version: u64) -> Value {
    let description = match (answer.code, answer.condition) {
        ("condition_match", Some(index)) => format!("Matched condition set {}", index + 1),
        ("out_of_rollout_bound", _) => "Out of rollout bound".to_owned(),
        ("no_group_type", _) => "No matching group type".to_owned(),
        ("flag_disabled", _) => "Feature flag is disabled".to_owned(),
        _ => "No matching condition set".to_owned(),
    };
    json!({
        "key": key, "enabled": answer.enabled, "variant": answer.variant,
        "reason": {"code": answer.code, "condition_index": answer.condition, "description": description},
        "metadata": {
            "id": number, "version": version, "description": flag.name, "payload": flag.payload(answer),
            "has_experiment": !flag.variants.is_empty(),
        },
    })
}

fn value(answer: &Answer) -> Value {
    match &answer.variant {
        Some(variant) if answer.enabled => variant.clone().into(),
        _ => answer.enabled.into(),
    }
}
