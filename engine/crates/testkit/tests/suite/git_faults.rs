//! What a Git server can be made to do wrong.

use http::Method;
use windlass_model::call::ErrorKind;
use windlass_testkit::git::{GitServerConfig, NewCommit};
use windlass_testkit::{Fault, FaultRule};

use crate::client::{Client, clock, git, git_ok};
use crate::git::start;

const ADVERTISEMENT: &str = "/git/app.git/info/refs?service=git-upload-pack";

#[tokio::test]
async fn answers_can_be_replaced_once_and_for_all() {
    let f = start(|root| GitServerConfig::open(root)).await;
    f.git.create("app.git").await.unwrap().commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let client = Client::new(f.server.url(), &clock());
    f.git.gate().add_fault(FaultRule::once("info/refs", Fault::status(500)));
    assert_eq!(client.get(ADVERTISEMENT).await.status, 500);
    assert_eq!(client.get(ADVERTISEMENT).await.status, 200);
    f.git.gate().add_fault(FaultRule::always("service=git-upload-pack", Fault::status(401)));
    for _ in 0..2 {
        assert_eq!(client.get(ADVERTISEMENT).await.status, 401);
    }
    f.git.gate().clear_faults();
    assert_eq!(client.get(ADVERTISEMENT).await.status, 200);
    f.git.gate().add_fault(FaultRule::once("", Fault::rate_limited(7)));
    let limited = client.get(ADVERTISEMENT).await;
    assert_eq!((limited.status.as_u16(), limited.header("retry-after")), (429, "7"));
    assert_eq!(f.git.gate().count("GET /git/app.git/info/refs"), 6);
}

#[tokio::test]
async fn an_answer_breaks_off_after_as_many_bytes() {
    let f = start(|root| GitServerConfig::open(root)).await;
    f.git.create("app.git").await.unwrap().commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let client = Client::new(f.server.url(), &clock());
    for most in [0, 10, 1_000_000] {
        f.git.gate().add_fault(FaultRule::once("", Fault::DropAfter(most)));
        let opened = client.open(Method::GET, ADVERTISEMENT, &[], b"").await;
        // A response of which not even the head comes is as broken as one that is cut later.
        let Ok(mut response) = opened else {
            assert_eq!(most, 0);
            continue;
        };
        let mut read = 0;
        let error = loop {
            match response.chunk().await {
                Ok(Some(piece)) => read += piece.len() as u64,
                Ok(None) => panic!("it came to an end after {read} bytes"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind, ErrorKind::Unavailable);
        assert!(read <= most && (most != 10 || read == 10), "{read} of {most}");
    }
    git_ok(f.dir.path(), &["clone", "--quiet", &f.server.git_url("app.git"), "clone"]).await;
}

#[tokio::test]
async fn a_push_can_take_place_without_an_answer() {
    let f = start(|root| GitServerConfig::open(root)).await;
    let repository = f.git.create("app.git").await.unwrap();
    let commit = repository.commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    git_ok(f.dir.path(), &["clone", "--quiet", &f.server.git_url("app.git"), "clone"]).await;
    let clone = f.dir.path().join("clone");
    f.git.gate().add_fault(FaultRule::once("POST /git/app.git/git-receive-pack", Fault::LoseAnswer));
    assert!(!git(&clone, &["push", "origin", "HEAD:other"]).await.ok);
    assert_eq!(repository.resolve("other").await.unwrap(), Some(commit));
}

#[tokio::test]
async fn a_server_that_hangs_lets_its_client_go() {
    let f = start(|root| GitServerConfig::open(root)).await;
    let client = Client::new(f.server.url(), &clock());
    f.git.gate().add_fault(FaultRule::always("", Fault::Hang));
    let given_up = client.get_cancelled_when(ADVERTISEMENT, || f.git.gate().count("info/refs") == 1).await;
    assert_eq!(given_up.kind, ErrorKind::Cancelled);
    f.server.stop().await;
}
