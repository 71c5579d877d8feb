//! Tokens from services that speak as the real ones do.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use url::Url;
use windlass_egress::{Egress, EgressConfig};
use windlass_login::{AwsKey, EcrRegistry, Endpoints, GithubApp, Logins, Reach};
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::clock::{Clock, FakeClock};
use windlass_testkit::network::open_scope;
use windlass_testkit::routes::{Route, RoutedRequest};
use windlass_testkit::{Routes, Server, ServerConfig};

struct Fixture {
    routes: Routes,
    server: Server,
    clock: Arc<FakeClock>,
    logins: Logins,
    key: KeyPair,
}

impl Fixture {
    async fn new() -> Self {
        let clock = Arc::new(FakeClock::new("2026-03-01T00:00:00Z".parse().unwrap()));
        let routes = Routes::default();
        let config = ServerConfig { routes: Some(routes.clone()), ..ServerConfig::default() };
        let server = Server::start(config).await.unwrap();
        let egress = Arc::new(Egress::new(EgressConfig::default(), Arc::clone(&clock) as Arc<dyn Clock>));
        let network = |reach: Reach| {
            let mut scope = open_scope();
            (scope.public_only, scope.granted) = (reach.public_only, reach.granted);
            scope
        };
        let at = |path: &str| Some(Url::parse(&format!("{}{path}", server.url())).unwrap());
        let endpoints = Endpoints { ecr: at("/ecr"), google: at("/token") };
        let logins = Logins::new(egress, Arc::clone(&clock) as _, Box::new(network), endpoints);
        Self { routes, server, clock, logins, key: KeyPair::generate(KeySize::Rsa2048).unwrap() }
    }

    fn pem(&self) -> String {
        let der: Pkcs8V1Der<'_> = self.key.as_der().unwrap();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()))
    }

    fn answer(&self, routes: &[(&str, &str, u16, Value)]) {
        let route = |(method, path, status, body): &(&str, &str, u16, Value)| Route {
            method: (*method).to_owned(),
            path: (*path).to_owned(),
            status: *status,
            headers: Vec::new(),
            body: body.to_string().into(),
            delay: Duration::ZERO,
        };
        self.routes.set(routes.iter().map(route).collect());
    }

    /// The claims of a token that this key has signed.
    fn claims(&self, token: &str) -> Value {
        let (text, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.key.public_key().as_ref());
        public.verify(text.as_bytes(), &signature).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text.split_once('.').unwrap().1).unwrap()).unwrap()
    }

    fn requests(&self, method: &str) -> Vec<RoutedRequest> {
        self.routes.requests().into_iter().filter(|request| request.method == method).collect()
    }
}

fn header(request: &RoutedRequest, name: &str) -> String {
    request.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

const MADE: &str = "/api/v3/app/installations/7/access_tokens";

#[tokio::test]
async fn an_app_gets_tokens_for_one_repository_and_keeps_them() {
    let f = Fixture::new().await;
    let app = |key: String| GithubApp {
        id: "Iv1.abc".to_owned(),
        installation: "7".to_owned(),
        private_key: SecretValue::new(key),
    };
    let url = Url::parse(&format!("{}/acme/app.git", f.server.url())).unwrap();
    let token = |value: &str| json!({ "token": value, "expires_at": "2026-03-01T01:00:00Z" });
    let probe = ("GET", "/api/v3/installation/repositories", 200, json!({}));
    f.answer(&[("POST", MADE, 201, token("ghs_one")), probe.clone()]);
    for key in [f.pem(), f.pem(), STANDARD.encode(f.pem())] {
        let given = f.logins.github_app(&app(key), &url, Reach::default()).await.unwrap();
        assert_eq!((given.username, given.token.expose()), ("kargo", "ghs_one"));
    }
    let asked = f.requests("POST");
    assert_eq!(asked.len(), 2, "once for each form of the key");
    assert_eq!(asked[0].body, json!({ "repositories": ["app"] }).to_string());
    let claims = f.claims(header(&asked[0], "authorization").strip_prefix("Bearer ").unwrap());
    let now = f.clock.now().as_seconds();
    assert_eq!(claims, json!({ "iss": "Iv1.abc", "iat": now - 60, "exp": now + 540 }));
    assert_eq!(header(&f.requests("GET")[0], "authorization"), "Bearer ghs_one");

    // Five minutes before it ends there is another.
    f.clock.set("2026-03-01T00:56:00Z".parse().unwrap());
    f.answer(&[("POST", MADE, 201, token("ghs_two")), probe]);
    let given = f.logins.github_app(&app(f.pem()), &url, Reach::default()).await.unwrap();
    assert_eq!(given.token.expose(), "ghs_two");
}

#[tokio::test]
async fn what_github_does_not_give_is_told() {
    let f = Fixture::new().await;
    let app = GithubApp {
        id: "1".to_owned(),
        installation: "7".to_owned(),
        private_key: SecretValue::new(f.pem()),
    };
    let url = Url::parse(&format!("{}/acme/app", f.server.url())).unwrap();
    f.answer(&[("POST", MADE, 401, json!({ "message": "A JSON web token could not be decoded" }))]);
    let error = f.logins.github_app(&app, &url, Reach::default()).await.err().unwrap();
    let says = "GitHub did not give a token for app: it answered with status 401, A JSON web token could not be decoded";
    assert_eq!(error, says);
    // A tenant who may reach no private address does not reach one this way.
    let before = f.routes.requests().len();
    let closed = Reach { public_only: true, granted: Vec::new() };
    let error = f.logins.github_app(&app, &url, closed).await.err().unwrap();
    assert!(error.contains("127.0.0.1"), "{error}");
    let tricks = [
        (GithubApp { installation: "7/../8".to_owned(), ..app.clone() }, "/acme/app", "has to be a number"),
        (
            GithubApp { private_key: SecretValue::new("no key"), ..app.clone() },
            "/acme/app",
            "is no private key",
        ),
        (app.clone(), "/app", "is not OWNER/REPOSITORY"),
        (app, "/a/b/c", "is not OWNER/REPOSITORY"),
    ];
    for (app, path, says) in tricks {
        let url = Url::parse(&format!("{}{path}", f.server.url())).unwrap();
        let error = f.logins.github_app(&app, &url, Reach::default()).await.err().unwrap();
        assert!(error.contains(says), "{error}");
    }
    assert_eq!(f.routes.requests().len(), before, "none of them was asked");
}

#[tokio::test]
async fn a_service_account_gets_tokens_from_google_alone() {
    let f = Fixture::new().await;
    let account = json!({
        "client_email": "p@x.iam.gserviceaccount.com", "private_key": f.pem(),
        "token_uri": format!("{}/elsewhere", f.server.url()),
    });
    let key = SecretValue::new(STANDARD.encode(account.to_string()));
    f.answer(&[("POST", "/token", 200, json!({ "access_token": "ya29.x", "expires_in": 3_599 }))]);
    for _ in 0..2 {
        let given = f.logins.google(&key).await.unwrap();
        assert_eq!((given.username, given.token.expose()), ("oauth2accesstoken", "ya29.x"));
    }
    let asked = f.routes.requests();
    assert_eq!(asked.len(), 1);
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&asked[0].body).into_owned().collect();
    assert_eq!(form[0].1, "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let claims = f.claims(&form[1].1);
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&account["client_email"], &json!("https://oauth2.googleapis.com/token"))
    );
    f.clock.set("2026-03-01T02:00:00Z".parse().unwrap());
    f.answer(&[(
        "POST",
        "/token",
        400,
        json!({ "error": "invalid_grant", "error_description": "Invalid JWT" }),
    )]);
    let error = f.logins.google(&key).await.err().unwrap();
    assert_eq!(
        error,
        "Google did not give a token to p@x.iam.gserviceaccount.com: it answered with status 400, Invalid JWT"
    );
    assert!(
        f.logins
            .google(&SecretValue::new("no"))
            .await
            .err()
            .unwrap()
            .starts_with("gcpServiceAccountKey is not")
    );
}

#[tokio::test]
async fn an_access_key_gets_a_password_from_amazon() {
    let f = Fixture::new().await;
    let key = AwsKey {
        region: "eu-west-1".to_owned(),
        id: "AKIDEXAMPLE".to_owned(),
        secret: SecretValue::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    };
    let registry = EcrRegistry::of("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app").unwrap();
    let until = f.clock.now().as_seconds() + 43_200;
    let data = json!([{ "authorizationToken": STANDARD.encode("AWS:the-password"), "expiresAt": until }]);
    f.answer(&[("POST", "/ecr", 200, json!({ "authorizationData": data }))]);
    for _ in 0..2 {
        let given = f.logins.ecr(&key, &registry).await.unwrap();
        assert_eq!((given.username, given.token.expose()), ("AWS", "the-password"));
    }
    let asked = f.routes.requests();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        header(&asked[0], "x-amz-target"),
        "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"
    );
    assert_eq!(asked[0].body, json!({ "registryIds": ["123456789012"] }).to_string());
    let signed = header(&asked[0], "authorization");
    let expected = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-west-1/ecr/aws4_request, \
                    SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=";
    assert!(signed.starts_with(expected), "{signed}");
    f.answer(&[("POST", "/ecr", 400, json!({ "__type": "UnrecognizedClientException" }))]);
    let other = AwsKey { id: "OTHER".to_owned(), ..key };
    let error = f.logins.ecr(&other, &registry).await.err().unwrap();
    assert!(error.ends_with("it answered with status 400, UnrecognizedClientException"), "{error}");
}
