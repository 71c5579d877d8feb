//! The registry: who may come in.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use http::Method;
use windlass_ports::clock::{Clock as _, FakeClock};
use windlass_testkit::registry::{NewImage, OciRegistry, RegistryAuth, RegistryConfig};
use windlass_testkit::{Login, Server, ServerConfig};

use crate::client::{Client, clock};

struct Fixture {
    server: Server,
    client: Client,
    clock: Arc<FakeClock>,
    registry: OciRegistry,
}

async fn start(auth: RegistryAuth) -> Fixture {
    let clock = clock();
    let config = RegistryConfig { auth, token_seconds: 60, ..RegistryConfig::open(clock.clone()) };
    let registry = OciRegistry::new(config);
    registry.add_image("team/app", "v1", &NewImage::default()).unwrap();
    let config = ServerConfig { registry: Some(registry.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let client = Client::new(server.url(), &clock);
    Fixture { server, client, clock, registry }
}

const TAGS: &str = "/v2/team/app/tags/list";

impl Fixture {
    async fn status(&mut self, authorization: &str, method: Method, target: &str) -> u16 {
        self.client.authorization = Some(authorization.to_owned()).filter(|value| !value.is_empty());
        self.client.send(method, target, &[], b"").await.unwrap().status.as_u16()
    }

    async fn token(&mut self, authorization: &str, scope: &str) -> Option<String> {
        self.client.authorization = Some(authorization.to_owned()).filter(|value| !value.is_empty());
        let answer = self.client.get(&format!("/v2/_token?service=windlass-testkit&scope={scope}")).await;
        let token = answer.json().get("token")?.as_str()?.to_owned();
        assert_eq!(answer.json()["expires_in"], 60);
        Some(format!("Bearer {token}"))
    }
}

fn basic(text: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
}

#[tokio::test]
async fn a_password_in_each_request() {
    let mut f = start(RegistryAuth::Basic(Login::new("ada", "pw"))).await;
    assert_eq!(f.status("", Method::GET, TAGS).await, 401);
    let challenge = f.client.get("/v2/").await;
    assert_eq!(challenge.header("www-authenticate"), "Basic realm=\"registry\"");
    assert_eq!(f.status(&basic("ada:wrong"), Method::GET, TAGS).await, 401);
    assert_eq!(f.status(&basic("ada:pw"), Method::GET, TAGS).await, 200);
    assert_eq!(f.status("Basic ???", Method::GET, TAGS).await, 401);
}

#[tokio::test]
async fn a_token_for_what_was_asked_until_it_expires() {
    let login = Login::new("ada", "pw");
    let mut f = start(RegistryAuth::Bearer { login, anonymous_pull: false }).await;
    let challenge = f.client.get(TAGS).await;
    let url = f.server.url();
    let expected = format!(
        "Bearer realm=\"{url}/v2/_token\",service=\"windlass-testkit\",scope=\"repository:team/app:pull\""
    );
    assert_eq!((challenge.status.as_u16(), challenge.header("www-authenticate")), (401, expected.as_str()));
    assert_eq!(f.token("", "repository:team/app:pull").await, None);
    assert_eq!(f.token(&basic("ada:wrong"), "repository:team/app:pull").await, None);
    let pull = f.token(&basic("ada:pw"), "repository:team/app:pull").await.unwrap();
    assert_eq!(f.status(&pull, Method::GET, TAGS).await, 200);
    assert_eq!(f.status(&pull, Method::GET, "/v2/").await, 200);
    assert_eq!(f.status(&pull, Method::GET, "/v2/team/other/tags/list").await, 401);
    assert_eq!(f.status(&pull, Method::POST, "/v2/team/app/blobs/uploads/").await, 401);
    let both = f.token(&basic("ada:pw"), "repository:team/app:pull,push").await.unwrap();
    assert_eq!(f.status(&both, Method::POST, "/v2/team/app/blobs/uploads/").await, 202);
    f.clock.set(f.clock.now().plus(Duration::from_secs(60)));
    assert_eq!(f.status(&pull, Method::GET, TAGS).await, 401);
    let fresh = f.token(&basic("ada:pw"), "repository:team/app:pull").await.unwrap();
    f.registry.revoke_tokens();
    assert_eq!(f.status(&fresh, Method::GET, TAGS).await, 401);
}

#[tokio::test]
async fn everyone_may_pull_with_a_token() {
    let login = Login::new("ada", "pw");
    let mut f = start(RegistryAuth::Bearer { login, anonymous_pull: true }).await;
    assert_eq!(f.status("", Method::GET, TAGS).await, 401);
    let pull = f.token("", "repository:team/app:pull,push").await.unwrap();
    assert_eq!(f.status(&pull, Method::GET, TAGS).await, 200);
    assert_eq!(f.status(&pull, Method::POST, "/v2/team/app/blobs/uploads/").await, 401);
    let refused = f.client.send(Method::POST, "/v2/team/app/blobs/uploads/", &[], b"").await.unwrap();
    let challenge = refused.header("www-authenticate");
    assert!(
        challenge.ends_with("scope=\"repository:team/app:pull,push\",error=\"insufficient_scope\""),
        "{challenge}"
    );
    assert_eq!(f.registry.gate().requests().last().unwrap().authorization.as_deref(), Some("Bearer"));
}
