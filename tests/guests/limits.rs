use super::*;
#[tokio::test]
async fn probe() {
    for guest in std::env::var("PROBE").unwrap().split(',') {
        let t = std::time::Instant::now();
        let e = run(guest).await;
        let v: Value = serde_json::from_str(&e.stdout).unwrap_or_default();
        println!("=== {guest} {:?} {:?}\n{}\n{}\n{}", e.code, t.elapsed(), v["status"]["stepExecutionMetadata"], v["status"]["state"], &e.stderr[..e.stderr.len().min(900)]);
    }
}
