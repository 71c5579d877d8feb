//! What every implementation of `ports::images::Images` must do.

use std::collections::BTreeMap;
use std::sync::Arc;

use windlass_model::manifest::secret::SecretValue;
use windlass_ports::clock::Clock;
use windlass_ports::credentials::Credential;
use windlass_ports::git::NetworkScope;
use windlass_ports::images::{ImageRepository, Images, RegistryError, TaggedImage};

use crate::login::Login;
use crate::registry::{AddedImage, ImageFormat, NewImage, OciRegistry, RegistryAuth, RegistryConfig};
use crate::server::{Server, ServerConfig};

/// An implementation, and a registry for it to read.
struct Case<'a> {
    images: &'a dyn Images,
    scope: &'a NetworkScope,
    registry: OciRegistry,
    server: Server,
}

/// Checks an implementation of [`Images`]. `scope` must allow loopback addresses.
///
/// # Panics
/// If the implementation breaks its promise, or a server cannot be started.
pub async fn check_images(images: &dyn Images, scope: &NetworkScope, clock: Arc<dyn Clock>) {
    let login = Login::new("ada", "pa:ss");
    let open = RegistryConfig::open(clock);
    let with = |auth: RegistryAuth| RegistryConfig { auth, page_size: 3, ..open.clone() };
    let case = Case::start(images, scope, with(RegistryAuth::Open)).await;
    case.tags_come_from_all_pages().await;
    case.images_are_what_their_tags_point_to().await;
    case.what_is_missing_is_not_found().await;
    case.names_are_checked().await;
    let quiet = RegistryConfig { omit_digest_header: true, ..open.clone() };
    Case::start(images, scope, quiet).await.images_are_what_their_tags_point_to().await;
    for auth in [
        RegistryAuth::Basic(login.clone()),
        RegistryAuth::Bearer { login: login.clone(), anonymous_pull: false },
    ] {
        Case::start(images, scope, with(auth)).await.only_a_login_opens(&login).await;
    }
    let public = RegistryAuth::Bearer { login, anonymous_pull: true };
    Case::start(images, scope, with(public)).await.tags_come_from_all_pages().await;
}

impl<'a> Case<'a> {
    async fn start(images: &'a dyn Images, scope: &'a NetworkScope, config: RegistryConfig) -> Self {
        let registry = OciRegistry::new(config);
        let config = ServerConfig { registry: Some(registry.clone()), ..ServerConfig::default() };
        let server = Server::start(config).await.expect("a free port of loopback can be listened on");
        Self { images, scope, registry, server }
    }

    fn repository(&self, name: &str) -> ImageRepository {
        ImageRepository { url: self.server.image_name(name), insecure_skip_tls_verify: false }
    }

    fn add(&self, name: &str, tag: &str, image: &NewImage) -> AddedImage {
        self.registry.add_image(name, tag, image).expect("the suite's own names are allowed")
    }

    async fn tags(&self, name: &str, credential: Option<&Credential>) -> Result<Vec<String>, RegistryError> {
        let mut tags = self.images.tags(self.scope, credential, &self.repository(name)).await?;
        tags.sort();
        Ok(tags)
    }

    async fn resolve(&self, name: &str, tag: &str) -> Result<TaggedImage, RegistryError> {
        self.images.resolve(self.scope, None, &self.repository(name), tag).await
    }

    async fn tags_come_from_all_pages(&self) {
        let expected = ["1.0.0", "1.1.0", "2.0.0-rc.1", "a", "b", "latest", "z"].map(str::to_owned);
        for tag in &expected {
            self.add("team/app", tag, &NewImage::default());
        }
        assert_eq!(self.tags("team/app", None).await, Ok(expected.to_vec()), "every tag, over all pages");
    }

    async fn images_are_what_their_tags_point_to(&self) {
        let annotated = NewImage::default().annotation("org.opencontainers.image.revision", "abc");
        let index = annotated.clone().platform("linux", "amd64").platform("linux", "arm64");
        let docker = NewImage { format: ImageFormat::Docker, ..NewImage::default() };
        let annotations =
            BTreeMap::from([("org.opencontainers.image.revision".to_owned(), "abc".to_owned())]);
        for (tag, image, annotations) in [
            ("one", &annotated, &annotations),
            ("many", &index, &annotations),
            ("docker", &docker, &BTreeMap::new()),
        ] {
            let digest = self.add("shapes", tag, image).digest.to_string();
            let expected = TaggedImage { digest, annotations: annotations.clone() };
            assert_eq!(self.resolve("shapes", tag).await.as_ref(), Ok(&expected), "{tag}");
            assert_eq!(self.resolve("shapes", tag).await, Ok(expected), "{tag}, asked again");
        }
        let moved = self.add("shapes", "one", &NewImage::default().label("x", "y")).digest.to_string();
        let found = self.resolve("shapes", "one").await.map(|image| image.digest);
        assert_eq!(found, Ok(moved), "a tag that was moved");
    }

    async fn what_is_missing_is_not_found(&self) {
        self.add("there", "v1", &NewImage::default());
        let is_not_found = |error: Option<RegistryError>| matches!(error, Some(RegistryError::NotFound(_)));
        assert!(is_not_found(self.tags("none", None).await.err()), "tags of a repository that is not there");
        assert!(is_not_found(self.resolve("none", "v1").await.err()), "a repository that is not there");
        for tag in ["v2", "", "a/b", "v1?x", "../v1"] {
            assert!(is_not_found(self.resolve("there", tag).await.err()), "the tag {tag:?}");
        }
    }

    async fn names_are_checked(&self) {
        for url in ["", "Upper/Case", "https://example.com/app", "app:tag", "host.example/a/../b"] {
            let repository = ImageRepository { url: url.to_owned(), insecure_skip_tls_verify: false };
            let invalid = Err(RegistryError::InvalidName(url.to_owned()));
            assert_eq!(self.images.tags(self.scope, None, &repository).await, invalid, "{url:?}");
        }
    }

    async fn only_a_login_opens(&self, login: &Login) {
        self.add("secret", "v1", &NewImage::default());
        let credential = |password: &str| Credential {
            source: "suite/secret".to_owned(),
            username: SecretValue::new(login.username.clone()),
            password: SecretValue::new(password),
        };
        let (right, wrong) = (credential(login.password.expose()), credential("wrong"));
        let is_refused = |error: Option<RegistryError>| matches!(error, Some(RegistryError::Unauthorized(_)));
        assert!(is_refused(self.tags("secret", None).await.err()), "without a credential");
        assert!(is_refused(self.tags("secret", Some(&wrong)).await.err()), "with a wrong credential");
        assert_eq!(self.tags("secret", Some(&right)).await, Ok(vec!["v1".to_owned()]));
        assert!(is_refused(self.tags("secret", None).await.err()), "what one may see, another may not");
        assert!(is_refused(self.tags("secret", Some(&wrong)).await.err()), "a password that was changed");
        self.registry.revoke_tokens();
        assert_eq!(self.tags("secret", Some(&right)).await, Ok(vec!["v1".to_owned()]), "a token taken back");
    }
}
