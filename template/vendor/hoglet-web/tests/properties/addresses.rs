//! The client's address of a request, with any claims in its headers.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request};
use axum::{Extension, Router};
use hoglet_web::chain::Chain;
use hoglet_web::layers::request::describe;
use hoglet_web::request::RequestInfo;
use proptest::prelude::*;
use tower::ServiceExt;

use crate::{RUNTIME, WEB, config};

/// The client's address as the app sees it.
fn client(peer: IpAddr, forwarded: &[Vec<u8>]) -> IpAddr {
    let router = Router::new()
        .fallback(async |Extension(info): Extension<Arc<RequestInfo>>| info.ip.to_string())
        .layer(Chain::new(&WEB, &[describe]));
    let mut request = Request::new(Body::empty());
    for value in forwarded {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            request.headers_mut().append("x-forwarded-for", value);
        }
    }
    let peer = ConnectInfo(SocketAddr::new(peer, 1));
    request.extensions_mut().insert(peer);
    RUNTIME.block_on(async {
        let response = router.oneshot(request).await.unwrap();
        let body = axum::body::to_bytes(response.into_body(), 100).await;
        std::str::from_utf8(&body.unwrap())
            .unwrap()
            .parse()
            .unwrap()
    })
}

fn proxy() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        Just(IpAddr::from([127, 0, 0, 1])),
        any::<[u8; 3]>().prop_map(|[a, b, c]| IpAddr::from([10, a, b, c])),
        any::<[u16; 7]>()
            .prop_map(|[a, b, c, d, e, f, g]| IpAddr::from([0xfd00, a, b, c, d, e, f, g])),
    ]
}

fn stranger() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<[u8; 3]>().prop_map(|[a, b, c]| IpAddr::from([203, a, b, c])),
        any::<[u16; 7]>()
            .prop_map(|[a, b, c, d, e, f, g]| IpAddr::from([0x2001, a, b, c, d, e, f, g])),
    ]
}

/// An address in the notation of one proxy or another.
fn written(address: IpAddr, port: bool, spaces: bool) -> String {
    let text = if port {
        SocketAddr::new(address, 4711).to_string()
    } else {
        address.to_string()
    };
    if spaces { format!("  {text}\t") } else { text }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_stranger_writes_nothing_about_addresses(
        peer in stranger(),
        forwarded in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4),
        claimed in stranger(),
    ) {
        prop_assert_eq!(client(peer, &forwarded), peer);
        prop_assert_eq!(client(peer, &[claimed.to_string().into_bytes()]), peer);
    }

    #[test]
    fn behind_proxies_the_nearest_stranger_is_the_client(
        garbage in prop::collection::vec(any::<u8>(), 0..40),
        stranger in stranger(),
        proxies in prop::collection::vec((proxy(), any::<bool>(), any::<bool>()), 0..4),
        peer in proxy(),
        one_header in any::<bool>(),
    ) {
        let mut forwarded = vec![garbage, written(stranger, false, true).into_bytes()];
        forwarded.extend(proxies.into_iter().map(|(ip, port, spaces)| written(ip, port, spaces).into_bytes()));
        if one_header && HeaderValue::from_bytes(&forwarded[0]).is_ok_and(|value| value.to_str().is_ok()) {
            forwarded = vec![forwarded.join(&b","[..])];
        }
        prop_assert_eq!(client(peer, &forwarded), stranger);
    }

    #[test]
    fn garbage_from_a_proxy_makes_up_no_address(
        peer in proxy(),
        forwarded in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4),
    ) {
        let written = forwarded
            .iter()
            .filter_map(|value| HeaderValue::from_bytes(value).ok())
            .filter_map(|value| value.to_str().map(str::to_owned).ok())
            .collect::<Vec<_>>()
            .join(",");
        let read = |text: &str| {
            let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
            text.parse::<IpAddr>().or_else(|_| with_port()).ok().map(|ip| ip.to_canonical())
        };
        let client = client(peer, &forwarded);
        let is_written = written.split(',').any(|item| read(item.trim()) == Some(client));
        prop_assert!(client == peer || is_written, "{client} {written:?}");
    }
}
