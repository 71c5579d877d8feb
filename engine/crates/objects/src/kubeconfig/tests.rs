//! Kubeconfigs as users have them.

use super::*;

const PEM: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

/// A kubeconfig with these entries for its one cluster and its one user.
fn kubeconfig(cluster: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: main\npreferences: {{}}\nclusters:\n- name: c\n  cluster: \
         {cluster}\ncontexts:\n- name: main\n  context: {{cluster: c, user: u, namespace: x}}\n- name: bare\n  context: \
         {{cluster: c}}\nusers:\n- name: u\n  user: {user}\n"
    )
}

fn read_in_tmp(text: &str, context: Option<&str>) -> Result<Cluster, ClusterError> {
    read(text, context, Path::new("/nowhere"))
}

fn login(user: &str) -> Result<ClusterLogin, String> {
    let text = kubeconfig("{server: 'https://h:6443'}", user);
    read_in_tmp(&text, None).map(|cluster| cluster.login).map_err(|error| error.to_string())
}

#[test]
fn logins_that_can_be_used() {
    assert_eq!(login("{token: abc}"), Ok(ClusterLogin::Token(SecretValue::new("abc"))));
    assert_eq!(login("{tokenFile: t}"), Ok(ClusterLogin::TokenFile("/nowhere/t".into())));
    assert_eq!(login("{token: abc, tokenFile: /t}"), Ok(ClusterLogin::TokenFile("/t".into())));
    let password = SecretValue::new("p");
    assert_eq!(
        login("{username: ada, password: p}"),
        Ok(ClusterLogin::Password { username: "ada".to_owned(), password })
    );
    assert_eq!(
        login("{client-certificate-data: x, token: abc}"),
        Ok(ClusterLogin::Token(SecretValue::new("abc")))
    );
    assert_eq!(login("{}"), Ok(ClusterLogin::Anonymous));
    assert_eq!(login("null"), Ok(ClusterLogin::Anonymous));
    let text = kubeconfig("{server: 'https://h:6443'}", "{exec: {command: aws}}");
    assert_eq!(read_in_tmp(&text, Some("bare")).unwrap().login, ClusterLogin::Anonymous);
}

#[test]
fn logins_that_cannot_be_used_say_what_to_do() {
    for (user, what) in [
        ("{exec: {command: aws, args: [eks]}}", "the login program \"aws\" of the user \"u\""),
        ("{client-certificate-data: x, client-key-data: y}", "the client certificate of the user \"u\""),
        ("{client-certificate: x, client-key: y}", "the client certificate of the user \"u\""),
        ("{auth-provider: {name: gcp}}", "the auth-provider of the user \"u\""),
        ("{token: t, as: admin}", "impersonation (as) by the user \"u\""),
    ] {
        let expected = format!(
            "{what} cannot be used yet; give \"u\" a token or a tokenFile, such as one of a service account: kubectl \
             create token NAME --duration 24h"
        );
        assert_eq!(login(user), Err(expected), "{user}");
    }
}

#[test]
fn certificates_are_found() {
    let trust = |cluster: &str| {
        let cluster = read_in_tmp(&kubeconfig(cluster, "{token: t}"), None);
        cluster.map(|cluster| cluster.trust).map_err(|error| error.to_string())
    };
    assert_eq!(trust("{server: 'https://h'}"), Ok(Trust::System));
    assert_eq!(trust("{server: 'https://h', insecure-skip-tls-verify: true}"), Ok(Trust::Unchecked));
    let data = base64::engine::general_purpose::STANDARD.encode(PEM);
    let only = Ok(Trust::Only(PEM.as_bytes().to_vec()));
    assert_eq!(trust(&format!("{{server: 'https://h', certificate-authority-data: {data}}}")), only);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("ca.crt"), PEM).unwrap();
    let text = kubeconfig("{server: 'https://h', certificate-authority: ca.crt}", "{token: t}");
    assert_eq!(read(&text, None, dir.path()).unwrap().trust, Trust::Only(PEM.as_bytes().to_vec()));
    for (cluster, expected) in [
        (
            "{server: 'https://h', certificate-authority-data: '%%'}",
            "certificate-authority-data of the cluster \"c\" is not base64",
        ),
        (
            "{server: 'https://h', certificate-authority-data: YQ==}",
            "certificate-authority-data of the cluster \"c\" holds no certificate in PEM form",
        ),
        (
            "{server: 'https://h', certificate-authority: ca.crt}",
            "/nowhere/ca.crt: No such file or directory (os error 2)",
        ),
        (
            "{server: 'https://h', certificate-authority-data: YQ==, insecure-skip-tls-verify: true}",
            "the cluster \"c\" names a certificate authority and sets insecure-skip-tls-verify; remove one of them",
        ),
        (
            "{server: 'https://h', proxy-url: 'http://p'}",
            "the proxy-url of the cluster \"c\" cannot be used yet; name a server that can be reached directly",
        ),
        (
            "{server: 'https://h', tls-server-name: x}",
            "the tls-server-name of the cluster \"c\" cannot be used yet; name the server by a name that its certificate has",
        ),
    ] {
        assert_eq!(trust(cluster), Err(expected.to_owned()));
    }
}

#[test]
fn servers_must_be_reachable_safely() {
    let server = |url: &str, user: &str| {
        let cluster = read_in_tmp(&kubeconfig(&format!("{{server: '{url}'}}"), user), None);
        cluster.map(|cluster| cluster.server.to_string())
    };
    assert_eq!(server("https://h:6443/k8s/c-1", "{token: t}").unwrap(), "https://h:6443/k8s/c-1");
    assert_eq!(server("http://127.0.0.1:8080", "{token: t}").unwrap(), "http://127.0.0.1:8080/");
    assert_eq!(server("http://h", "{}").unwrap(), "http://h/");
    for user in ["{token: t}", "{tokenFile: t}", "{username: a, password: b}"] {
        assert!(matches!(server("http://h", user), Err(ClusterError::Unencrypted(_))), "{user}");
    }
    for bad in ["", "h:6443", "ftp://h", "https://", "https://a:b@h", "https://h?x", "https://h#x"] {
        assert!(matches!(server(bad, "{}"), Err(ClusterError::Server(_))), "{bad}");
    }
}

#[test]
fn names_are_looked_up() {
    let text = kubeconfig("{server: 'https://h'}", "{token: t}");
    let error = |text: &str, context: Option<&str>| read_in_tmp(text, context).unwrap_err().to_string();
    assert_eq!(error(&text, Some("other")), "the kubeconfig has no context \"other\"; it has main, bare");
    assert_eq!(error("{}", None), "the kubeconfig has no context \"\"; it has none at all");
    let without = text.replace("- name: u\n", "- name: v\n");
    assert_eq!(
        error(&without, None),
        "the context \"main\" names the user \"u\", which the kubeconfig does not have"
    );
    let without = text.replace("- name: c\n", "- name: d\n");
    assert_eq!(
        error(&without, None),
        "the context \"main\" names the cluster \"c\", which the kubeconfig does not have"
    );
    assert!(read_in_tmp(&format!("\u{feff}{text}"), None).is_ok());
}

#[test]
fn what_is_no_kubeconfig_is_refused() {
    let bomb = format!(
        "a: &a [x,x,x,x,x,x,x,x,x]\n{}",
        ('b'..='j')
            .map(|c| {
                let before = char::from(u8::try_from(u32::from(c) - 1).unwrap());
                format!("{c}: &{c} [{}]\n", vec![format!("*{before}"); 9].join(","))
            })
            .collect::<String>()
    );
    for text in ["", "[]", "{", "clusters: 1", "text", &bomb, &"[".repeat(100_000), &"x".repeat(5 << 20)] {
        let refused = read_in_tmp(text, None).unwrap_err();
        let expected = matches!(refused, ClusterError::Unreadable(_) | ClusterError::NoContext { .. });
        assert!(expected, "{refused}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let text = kubeconfig("{server: 'https://h'}", "{token: hunter2}");
    assert!(!format!("{:?}", read_in_tmp(&text, None).unwrap()).contains("hunter2"));
}
