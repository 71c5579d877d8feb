//! Kills between an HTTP request and its answer.

use std::time::Duration;

use serde_json::Value;
use windlass_testkit::routes::{Route, Routes};
use windlass_testkit::{Fault, FaultRule, Server, ServerConfig};
use windlass_tests::{Options, World, test_guests};

use super::{commits, commits_without_a_kill, promote, resume};

#[tokio::test]
async fn while_the_application_is_patched() {
    let world = World::new().await;
    let wanted = commits_without_a_kill(&world).await;
    let application = "PATCH /apis/argoproj.io/v1alpha1/namespaces/argocd/applications/app-dev";
    world.kubernetes.gate().forget();
    world.kubernetes.gate().add_fault(FaultRule::once(application, Fault::HangAnswer));
    let mut running = promote(&world, "data").start();
    running.until(world.kubernetes.gate().wait_for(application, 1)).await;
    running.kill().await;
    let promotion = resume(&world, "data").run().await.expect(0).json();
    assert_eq!(promotion["status"]["phase"], "Succeeded");
    assert_eq!(commits(&world).await, wanted);
    assert_eq!(world.application_now("dev")["status"]["sync"]["revision"], wanted[0].as_str());
}

/// The guest asks the URL in its first attempt, and once more in its second.
async fn a_get_is_killed(guest: &str) {
    let steps = format!("- uses: {guest}\n  as: ask\n  config: {{ url: ASKED }}\n");
    let world = World::with(Options { steps, ..Options::default() }).await;
    world.edit_manifests("ASKED", &format!("{}/v2/app/manifests/v1.0.0", world.server.url()));
    let asked = "GET /v2/app/manifests/v1.0.0";
    world.registry.gate().add_fault(FaultRule::once(asked, Fault::HangAnswer));
    let with_guests = test_guests().join("steps");
    let mut running = promote(&world, "data").steps(&with_guests).start();
    running.until(world.registry.gate().wait_for(asked, 1)).await;
    running.kill().await;
    let promotion = resume(&world, "data").steps(&with_guests).run().await.expect(0).json();
    assert_eq!(promotion["status"]["phase"], "Succeeded");
    assert_eq!(promotion["status"]["state"]["ask"]["first"], 200);
    assert_eq!(
        world.registry.gate().count(asked),
        3,
        "twice in the attempt that was killed, once in the next"
    );
}

#[tokio::test]
async fn while_a_guest_in_go_gets() {
    a_get_is_killed("go-http").await;
}

#[tokio::test]
async fn while_a_guest_in_c_gets() {
    a_get_is_killed("c-http").await;
}

/// A server with one answer, which comes when nobody waits for it any more, and a promotion that asks for it.
struct Asking {
    world: World,
    routes: Routes,
    _server: Server,
    method: &'static str,
}

impl Asking {
    async fn with(method: &'static str, more: &str) -> Self {
        let routes = Routes::default();
        let config = ServerConfig { routes: Some(routes.clone()), ..ServerConfig::default() };
        let server = Server::start(config).await.unwrap();
        let url = format!("{}/notify", server.url());
        let config = format!("{{ method: {method}, url: '{url}', body: hello, {more} }}");
        let steps = format!("- uses: http\n  as: notify\n  config: {config}\n");
        let world = World::with(Options { steps, ..Options::default() }).await;
        Self { world, routes, _server: server, method }
    }

    fn answer_after(&self, delay: Duration) {
        self.routes.set(vec![Route {
            method: self.method.to_owned(),
            path: "/notify".to_owned(),
            status: 200,
            headers: Vec::new(),
            body: "done".into(),
            delay,
        }]);
    }

    /// A promotion is killed once its request has arrived. The promotion after it was taken up again, and its exit code.
    async fn killed(&self) -> (Option<i32>, Value) {
        self.answer_after(Duration::from_hours(1));
        let mut running = promote(&self.world, "data").start();
        running.until(self.routes.wait_for("/notify", 1)).await;
        running.kill().await;
        self.answer_after(Duration::ZERO);
        let ended = resume(&self.world, "data").run().await;
        (ended.code, ended.json())
    }

    /// What arrived with each request: the body, and the key.
    fn arrived(&self) -> Vec<(String, Option<String>)> {
        let key = |headers: &[(String, String)]| {
            headers.iter().find(|(name, _)| name == "idempotency-key").map(|(_, value)| value.clone())
        };
        let seen = self.routes.requests();
        seen.iter().map(|r| (String::from_utf8_lossy(&r.body).into_owned(), key(&r.headers))).collect()
    }
}

#[tokio::test]
async fn while_a_post_without_a_key_is_answered() {
    let asking = Asking::with("POST", "").await;
    let (code, promotion) = asking.killed().await;
    assert_eq!(code, Some(1), "{promotion:#}");
    let step = &promotion["status"]["stepExecutionMetadata"][0];
    assert_eq!(step["status"], "Errored");
    let message = step["message"].as_str().unwrap();
    for part in ["effect-in-doubt", "POST", "/notify", "2026-03-04T05:06:07"] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(asking.arrived(), [("hello".to_owned(), None)], "nothing is sent again");
}

#[tokio::test]
async fn while_a_post_with_a_key_is_answered() {
    let key = "${{ ctx.promotion }}-notify";
    let asking =
        Asking::with("POST", &format!("headers: [{{ name: Idempotency-Key, value: '{key}' }}]")).await;
    let (code, promotion) = asking.killed().await;
    assert_eq!(code, Some(0), "{promotion:#}");
    let key = Some(format!("{}-notify", promotion["metadata"]["name"].as_str().unwrap()));
    let sent = ("hello".to_owned(), key);
    assert_eq!(asking.arrived(), [sent.clone(), sent], "once more, and with the same key");
    // What was answered is not sent again, however often the promotion is taken up.
    resume(&asking.world, "data").run().await;
    assert_eq!(asking.arrived().len(), 2);
}

#[tokio::test]
async fn while_a_put_is_answered() {
    let asking = Asking::with("PUT", "").await;
    let (code, promotion) = asking.killed().await;
    assert_eq!(code, Some(0), "{promotion:#}");
    let sent = ("hello".to_owned(), None);
    assert_eq!(asking.arrived(), [sent.clone(), sent]);
}
