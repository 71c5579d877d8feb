//! The one table of routes: what a path does, and what it asks of its caller.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{RawPathParams, Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use percent_encoding::percent_decode_str;
use tracing::Instrument as _;
use windlass_model::ids::{Namespace, ProjectName};
use windlass_ports::control_plane::{Actor, ControlPlane};

use crate::access::Permission;
use crate::answer::{Answer, Refusal};
use crate::handlers::{
    config, freight, names, projects, promotions, resources, stages, system, tasks, warehouses, why,
};
use crate::server::Shared;

/// The longest body of manifests, and of everything else.
const MOST_MANIFESTS: usize = 4 << 20;
const MOST_OTHER: usize = 1 << 20;

/// One request, with what its route and its query say.
pub(crate) struct Call {
    pub(crate) shared: Arc<Shared>,
    pub(crate) actor: Actor,
    pub(crate) body: Bytes,
    params: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
}

impl Call {
    pub(crate) fn control(&self) -> &dyn ControlPlane {
        self.shared.control.as_ref()
    }

    /// A part of the path.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A part of the query; none if it is not there.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// Whether a part of the query is `true`.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        matches!(self.query(name), Some("true" | "1"))
    }

    /// The project in the path, which must be there.
    pub(crate) async fn project(&self) -> Result<ProjectName, Refusal> {
        let name = self.param("project");
        let absent =
            || Refusal::new(StatusCode::NOT_FOUND, format!("Project.kargo.akuity.io {name:?} not found"));
        let project = ProjectName::new(name).map_err(|_| absent())?;
        self.control().get("Project", &Namespace::cluster(), name).await?;
        Ok(project)
    }
}

type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A route.
struct Route {
    method: Method,
    path: &'static str,
    permission: Permission,
    handler: fn(Call) -> Answering,
    most_bytes: usize,
}

macro_rules! route {
    ($method:ident $path:literal, $permission:expr, $handler:path) => {
        Route {
            method: Method::$method,
            path: $path,
            permission: $permission,
            handler: |call| Box::pin($handler(call)),
            most_bytes: MOST_OTHER,
        }
    };
}

/// All routes.
#[rustfmt::skip]
fn table() -> Vec<Route> {
    use Permission::{Anyone, EachDocument, Known, Verb};
    let mut routes = vec![
        route!(GET "/healthz", Anyone, system::alive),
        route!(GET "/readyz", Anyone, system::ready),
        route!(GET "/metrics", Anyone, system::show_metrics),
        route!(GET "/v1beta1/system/public-server-config", Anyone, system::public_config),
        route!(GET "/v1beta1/system/server-version", Known, system::version),
        route!(GET "/v1beta1/system/server-config", Known, system::config),
        route!(GET "/v1beta1/system/cluster-config", Verb("get", "clusterconfigs"), config::get_cluster),
        route!(DELETE "/v1beta1/system/cluster-config", Verb("delete", "clusterconfigs"), config::delete_cluster),
        route!(POST "/v1beta1/system/cluster-config/refresh", Verb("patch", "clusterconfigs"), config::refresh_cluster),
        route!(GET "/v1beta1/shared/cluster-promotion-tasks", Verb("list", "clusterpromotiontasks"), tasks::list_cluster),
        route!(GET "/v1beta1/shared/cluster-promotion-tasks/{task}", Verb("get", "clusterpromotiontasks"), tasks::get_cluster),
        route!(GET "/v1beta1/projects", Verb("list", "projects"), projects::list),
        route!(GET "/v1beta1/projects/{project}", Verb("get", "projects"), projects::get),
        route!(DELETE "/v1beta1/projects/{project}", Verb("delete", "projects"), projects::delete),
        route!(GET "/v1beta1/projects/{project}/config", Verb("get", "projectconfigs"), config::get),
        route!(DELETE "/v1beta1/projects/{project}/config", Verb("delete", "projectconfigs"), config::delete),
        route!(POST "/v1beta1/projects/{project}/config/refresh", Verb("patch", "projectconfigs"), config::refresh),
        route!(GET "/v1beta1/projects/{project}/freight", Verb("list", "freights"), freight::list),
        route!(GET "/v1beta1/projects/{project}/freight/{freight}", Verb("get", "freights"), freight::get),
        route!(DELETE "/v1beta1/projects/{project}/freight/{freight}", Verb("delete", "freights"), freight::delete),
        route!(PATCH "/v1beta1/projects/{project}/freight/{freight}/alias", Verb("patch", "freights"), freight::set_alias),
        route!(POST "/v1beta1/projects/{project}/freight/{freight}/approve", Verb("promote", "stages"), freight::approve),
        route!(GET "/v1beta1/projects/{project}/promotion-tasks", Verb("list", "promotiontasks"), tasks::list),
        route!(GET "/v1beta1/projects/{project}/promotion-tasks/{task}", Verb("get", "promotiontasks"), tasks::get),
        route!(GET "/v1beta1/projects/{project}/promotions", Verb("list", "promotions"), promotions::list),
        route!(GET "/v1beta1/projects/{project}/promotions/{promotion}", Verb("get", "promotions"), promotions::get),
        route!(POST "/v1beta1/projects/{project}/promotions/{promotion}/abort", Verb("patch", "promotions"), promotions::abort),
        route!(POST "/v1beta1/projects/{project}/promotions/{promotion}/refresh", Verb("patch", "promotions"), promotions::refresh),
        route!(GET "/v1beta1/projects/{project}/stages", Verb("list", "stages"), stages::list),
        route!(GET "/v1beta1/projects/{project}/stages/{stage}", Verb("get", "stages"), stages::get),
        route!(DELETE "/v1beta1/projects/{project}/stages/{stage}", Verb("delete", "stages"), stages::delete),
        route!(POST "/v1beta1/projects/{project}/stages/{stage}/promotions", Verb("promote", "stages"), stages::promote),
        route!(POST "/v1beta1/projects/{project}/stages/{stage}/promotions/downstream", Verb("promote", "stages"), stages::promote_downstream),
        route!(POST "/v1beta1/projects/{project}/stages/{stage}/refresh", Verb("patch", "stages"), stages::refresh),
        route!(GET "/v1beta1/projects/{project}/warehouses", Verb("list", "warehouses"), warehouses::list),
        route!(GET "/v1beta1/projects/{project}/warehouses/{warehouse}", Verb("get", "warehouses"), warehouses::get),
        route!(DELETE "/v1beta1/projects/{project}/warehouses/{warehouse}", Verb("delete", "warehouses"), warehouses::delete),
        route!(POST "/v1beta1/projects/{project}/warehouses/{warehouse}/refresh", Verb("patch", "warehouses"), warehouses::refresh),
        route!(GET "/windlass/v1/sync", Verb("list", "projects"), system::sync),
        route!(GET "/windlass/v1/projects/{project}/freight/names", Verb("list", "freights"), names::freight),
        route!(GET "/windlass/v1/projects/{project}/promotions/names", Verb("list", "promotions"), names::promotions),
        route!(GET "/windlass/v1/projects/{project}/stages/names", Verb("list", "stages"), names::stages),
        route!(GET "/windlass/v1/projects/{project}/warehouses/names", Verb("list", "warehouses"), names::warehouses),
        route!(GET "/windlass/v1/projects/{project}/stages/{stage}/why", Verb("get", "stages"), why::why),
    ];
    let resources = [
        route!(PUT "/v1beta1/resources", EachDocument, resources::update),
        route!(POST "/v1beta1/resources", EachDocument, resources::create),
        route!(DELETE "/v1beta1/resources", EachDocument, resources::delete),
    ];
    routes.extend(resources.map(|route| Route { most_bytes: MOST_MANIFESTS, ..route }));
    routes
}

/// The table as a service.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let mut router = Router::new();
    for route in table() {
        let filter = MethodFilter::try_from(route.method.clone()).unwrap_or(MethodFilter::GET);
        let route: &'static Route = Box::leak(Box::new(route));
        let handler = move |State(shared): State<Arc<Shared>>, params: RawPathParams, request: Request| async move {
            let start = shared.clock.now();
            let metrics = Arc::clone(&shared);
            let method = request.method().as_str().to_owned();
            let span = tracing::info_span!(target: "windlass::spans", "request", method, path = route.path);
            let answered = answer(route, shared, &params, request).instrument(span).await;
            let response = answered.unwrap_or_else(Refusal::into_response);
            let took = metrics.clock.now().since(start);
            let (status, seconds) = (response.status().as_u16(), took.as_secs_f64());
            tracing::debug!(method, path = route.path, status, seconds, "answered");
            metrics.metrics.answered(route.path, &method, response.status().as_u16(), took);
            response
        };
        router = router.route(route.path, on(filter, handler));
    }
    router.method_not_allowed_fallback(not_found).fallback(not_found).with_state(shared)
}

async fn answer(route: &Route, shared: Arc<Shared>, params: &RawPathParams, request: Request) -> Answer {
    let actor = shared.access.check(route.permission, request.headers())?;
    let query = request.uri().query().unwrap_or_default().to_owned();
    let body = axum::body::to_bytes(request.into_body(), route.most_bytes).await;
    let body = body.map_err(|_| Refusal::bad_request("http: request body too large"))?;
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let call = Call { shared, actor, body, params, query: parse_query(&query) };
    (route.handler)(call).await
}

/// The parts of a query; of several with one name the first.
fn parse_query(query: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let mut parts = BTreeMap::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        parts.entry(decode(name)).or_insert_with(|| decode(value));
    }
    parts
}

/// What no route is for, as Kargo answers it.
async fn not_found(method: Method, uri: Uri) -> Response {
    let path = uri.path();
    if let Some(without) = path.strip_suffix('/').filter(|without| !without.is_empty()) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        if let Ok(location) = HeaderValue::from_str(&format!("{without}{query}")) {
            response.headers_mut().insert(LOCATION, location);
        }
        return response;
    }
    let (status, text) = match method {
        Method::GET if path == "/" => (StatusCode::OK, WELCOME),
        _ => (StatusCode::NOT_FOUND, "404 page not found"),
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

/// What a browser is told.
const WELCOME: &str = "Windlass serves the API of promotions under /v1beta1.\n\
    Use it with `windlass get`, `windlass apply -f DIR` and `windlass promote`.\n";
