//! Warehouses.

use windlass_model::ids::Namespace;
use windlass_ports::control_plane::Refreshable;

use super::{delete_one, get_one, refresh_one, watch_all};
use crate::answer::Answer;
use crate::list::list as list_answer;
use crate::routes::Call;

pub(crate) async fn list(call: Call) -> Answer {
    let namespace = Namespace::from(&call.project().await?);
    if call.is_set("watch") {
        return watch_all(&call, "Warehouse", namespace, None).await;
    }
    Ok(list_answer(&call.control().list("Warehouse", Some(&namespace), "").await?))
}

pub(crate) async fn get(call: Call) -> Answer {
    get_one(&call, "Warehouse", call.param("warehouse")).await
}

pub(crate) async fn delete(call: Call) -> Answer {
    delete_one(&call, "Warehouse", call.param("warehouse")).await
}

pub(crate) async fn refresh(call: Call) -> Answer {
    refresh_one(&call, Refreshable::Warehouse, call.param("warehouse")).await
}
