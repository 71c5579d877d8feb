//! Guests that want to reach what they may not.

use serde_json::Value;
use windlass_testkit::gate::CannedResponse;
use windlass_testkit::{Fault, FaultRule, OciRegistry, Server, ServerConfig};
use windlass_tests::World;

use super::{promote, run, stopped, told, world};

/// What the program is told beside the manifests.
const NOTHING: [&str; 0] = [];

/// A world whose promotions run one guest, which is told a URL.
async fn world_with(guest: &str, url: &str) -> World {
    let config = format!("config: {{ url: {url:?}, repository: REPO }}");
    let world = world(&format!("- uses: {guest}\n  as: guest\n  {config}\n")).await;
    let manifests = std::fs::read_to_string(world.path("manifests/all.yaml")).unwrap();
    world.write("manifests/all.yaml", &manifests.replace("SERVER", world.server.url()));
    world
}

/// The code and the message of an answer that is an error.
#[track_caller]
fn error(answer: &Value) -> (&str, &str) {
    let error = answer["err"].as_object().unwrap_or_else(|| panic!("{answer} is no error"));
    (error["code"].as_str().unwrap_or_default(), error["message"].as_str().unwrap_or_default())
}

/// What a guest is answered that asks a URL.
async fn answer_to(url: &str, options: impl IntoIterator<Item = &str>) -> Value {
    let world = world_with("metadata", url).await;
    told(promote(&world).args(options).run().await)["answer"].clone()
}

#[tokio::test]
async fn sockets_are_refused_when_a_step_is_loaded() {
    let instead = "which Windlass does not offer to steps; use http, git or objects of windlass:step instead of sockets";
    assert_eq!(
        stopped(run("sockets-module").await),
        format!("the step imports wasi_snapshot_preview1::sock_open, {instead}")
    );
    assert_eq!(
        stopped(run("sockets-component").await),
        format!("the step imports wasi:sockets/instance-network@0.2.0, {instead}")
    );
}

#[tokio::test]
async fn no_descriptor_is_a_socket() {
    let told = told(run("sockets").await);
    let told = told.as_object().unwrap();
    assert_eq!(told.len(), 7);
    assert!(told.values().all(|result| result == "Not a socket"), "{told:?}");
}

#[tokio::test]
async fn what_a_manifest_does_not_ask_for_is_denied() {
    let world = world_with("undeclared", "SERVER/v2/reached").await;
    let applications = |world: &World| world.kubernetes.gate().count("/applications/app-dev");
    let before = applications(&world);
    // Discovery, which is no step, needs the address of its servers.
    let options = [
        "--policy",
        "closed",
        "--grant",
        "http=https://declared.example",
        "--grant",
        "addresses=127.0.0.0/8",
    ];
    let told = told(promote(&world).args(options).run().await);
    let denied = |name: &str, what: &str| {
        let says = format!(
            "the step undeclared does not ask for {what}: a step reaches only what its manifest lists under capabilities, \
             taken from its configuration"
        );
        assert_eq!(error(&told[name]), ("not-asked", says.as_str()), "{name}");
    };
    denied("get", &format!("GET to {}", world.server.url()));
    denied("post", "POST to https://declared.example");
    denied("clone", &format!("reading {}", world.repo_url()));
    denied("list refs", &format!("reading {}", world.repo_url()));
    denied("get an object", "reading Application argocd/app-dev");
    denied("patch an object", "patching Application argocd/app-dev");
    denied("reveal", "the value of a secret");
    denied("read metadata", "reading the metadata of the project");
    denied("note metadata", "changing the metadata of the project");
    denied("set an alias", "changing the metadata of the project");
    assert_eq!(
        error(&told["update a ref"]),
        ("unknown-function", "there is no function \"host.git.updateRef\"")
    );
    let (code, message) = error(&told["read with post"]);
    assert_eq!(code, "not-granted");
    assert!(message.contains("    - http.read-post:\n        url: https://declared.example\n"), "{message}");
    assert_eq!(world.registry.gate().count("/v2/reached"), 0);
    assert_eq!(applications(&world), before);
    assert_eq!(world.git.gate().count("git-receive-pack"), 0);
}

#[tokio::test]
async fn metadata_services_are_not_reached_in_any_disguise() {
    for url in [
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://0251.0376.0251.0376/",
        "http://169.254.43518/",
        "http://169.254.169.254./",
        "http://%31%36%39.254.169.254/",
        "http://user@169.254.169.254/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::]/",
    ] {
        let answer = answer_to(url, NOTHING).await;
        let (code, message) = error(&answer);
        assert_eq!(code, "address-refused", "{url}");
        let why = ": 169.254.169.254 is a link-local or cloud metadata address, which no step may reach";
        assert!(message.ends_with(why), "{url}: {message}");
    }
    for (url, why) in [
        ("http://[fe80::1]/", "fe80::1 is a link-local or cloud metadata address, which no step may reach"),
        (
            "http://[fd00:ec2::254]/",
            "fd00:ec2::254 is a link-local or cloud metadata address, which no step may reach",
        ),
        ("http://0.0.0.0/", "0.0.0.0 is no address to connect to"),
    ] {
        let answer = answer_to(url, NOTHING).await;
        assert_eq!(error(&answer), ("address-refused", format!("{url}: {why}").as_str()));
    }
    // An operator who grants everything does not grant this.
    let granted =
        ["--policy", "closed", "--grant", "addresses=0.0.0.0/0", "--grant", "http=http://169.254.169.254"];
    assert_eq!(error(&answer_to("http://169.254.169.254/", granted).await).0, "address-refused");
}

#[tokio::test]
async fn a_closed_project_reaches_no_address_of_this_machine_but_those_granted() {
    for (url, address) in [
        ("http://127.2:9/", "127.0.0.2"),
        ("http://0x7f.0.0.2:9/", "127.0.0.2"),
        ("http://[::1]:9/", "::1"),
        ("http://[::ffff:127.0.0.2]:9/", "127.0.0.2"),
        ("http://10.1:9/", "10.0.0.1"),
    ] {
        // Discovery, which is no step, needs the address of its servers.
        let grant = format!("http={url}");
        let answer =
            answer_to(url, ["--policy", "closed", "--grant", "addresses=127.0.0.1/32", "--grant", &grant])
                .await;
        let (code, message) = error(&answer);
        assert_eq!(code, "address-refused", "{message}");
        let says = format!("{address} is not a public address; grant the range that it is in");
        assert!(message.ends_with(&says), "{url}: {message}");
    }
}

#[tokio::test]
async fn only_http_is_spoken() {
    for url in [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://127.0.0.1/",
        "unix:/run/docker.sock",
        "http:/127.0.0.1/",
        "http:127.0.0.1",
        "http:///127.0.0.1/",
        "http://\\\\127.0.0.1/",
    ] {
        let answer = answer_to(url, NOTHING).await;
        assert_eq!(
            error(&answer),
            ("url-not-http", format!("{url:?} is neither an http nor an https URL").as_str())
        );
    }
}

fn redirect(to: &str) -> Fault {
    let headers = vec![("Location".to_owned(), to.to_owned())];
    Fault::Respond(CannedResponse { status: 302, headers, body: String::new() })
}

/// A world whose registry redirects `GET /v2/`, and the server that it redirects to, with its gate.
async fn redirecting(guest: &str) -> (World, Server, OciRegistry) {
    let world = world_with(guest, "SERVER/v2/hop").await;
    let clock =
        std::sync::Arc::new(windlass_ports::clock::FakeClock::new("2026-01-02T03:04:05Z".parse().unwrap()));
    let elsewhere = OciRegistry::new(windlass_testkit::registry::RegistryConfig::open(clock));
    let config = ServerConfig { registry: Some(elsewhere.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let to = format!("{}/v2/", server.url());
    world.registry.gate().add_fault(FaultRule::always("GET /v2/hop", redirect(&to)));
    (world, server, elsewhere)
}

#[tokio::test]
async fn a_redirect_leads_only_where_the_project_allows() {
    let (world, server, elsewhere) = redirecting("redirected").await;
    let grants = format!(
        "apiVersion: windlass.dev/v1alpha1\nkind: Grants\nmetadata: {{ name: few, namespace: demo }}\nspec:\n  allow:\n  \
         - http: {{ url: {:?}, access: read }}\n  - addresses: {{ cidr: 127.0.0.0/8 }}\n",
        world.server.url()
    );
    world.write("manifests/grants.yaml", &grants);
    let denied = told(promote(&world).run().await);
    let (code, message) = error(&denied["answer"]);
    assert_eq!(code, "not-granted");
    let first = message.lines().next().unwrap();
    let says = format!(
        "the project demo does not grant the step redirected GET to {}. Add this grant:",
        server.url()
    );
    assert_eq!(first, says);
    assert!(elsewhere.gate().requests().is_empty());
}

#[tokio::test]
async fn a_redirect_takes_no_credentials_along() {
    let (world, _server, elsewhere) = redirecting("redirected").await;
    let answer = told(promote(&world).run().await);
    assert_eq!(answer["answer"]["ok"]["status"], 200);
    let seen = elsewhere.gate().requests();
    assert_eq!(
        seen.iter().map(|r| (r.line.as_str(), &r.authorization)).collect::<Vec<_>>(),
        [("GET /v2/", &None)]
    );
    let asked = world.registry.gate().requests();
    let hop = asked.iter().find(|request| request.line == "GET /v2/hop").unwrap();
    assert_eq!(hop.authorization.as_deref(), Some("Bearer"));
}

#[tokio::test]
async fn a_redirect_to_a_metadata_service_is_refused() {
    let world = world_with("redirected", "SERVER/v2/hop").await;
    let to = redirect("http://169.254.169.254/latest/meta-data/");
    world.registry.gate().add_fault(FaultRule::always("GET /v2/hop", to));
    let told = told(promote(&world).run().await);
    let says = "http://169.254.169.254/latest/meta-data/: 169.254.169.254 is a link-local or cloud metadata address, which \
                no step may reach";
    assert_eq!(error(&told["answer"]), ("address-refused", says));
}
