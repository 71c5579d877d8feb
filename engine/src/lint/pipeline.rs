//! How freight flows: from warehouses through stages, and whether it can reach them all.

use std::collections::{BTreeMap, BTreeSet};

use windlass_model::manifest::stage::{FreightRequest, Stage};

use super::finding::suggestion;
use super::world::World;
use crate::manifests::{Diagnostic, Kind, Mark, NamespacedName, Rule, Source};

/// A stage as one of those that freight of a warehouse flows through.
type Node<'a> = (&'a NamespacedName, &'a str);

/// Where a request names an upstream stage.
struct Edge<'a> {
    to: Node<'a>,
    source: &'a Source,
    path: Vec<String>,
}

/// Complains about stages that freight cannot reach.
pub(super) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut edges: BTreeMap<Node<'_>, Vec<Edge<'_>>> = BTreeMap::new();
    for (name, source) in world.of_kind(Kind::Stage) {
        let Some(stage) = world.manifests.stages.get(name) else { continue };
        for (index, request) in stage.spec.requested_freight.iter().enumerate() {
            let request = Request { world, source, stage, request, index };
            request.check_origin(diagnostics);
            let upstream = request.upstream(diagnostics);
            edges.entry((name, &request.request.origin.name)).or_default().extend(upstream);
        }
    }
    tell_cycles(&edges, diagnostics);
}

/// One request for freight.
struct Request<'a> {
    world: &'a World<'a>,
    source: &'a Source,
    stage: &'a Stage,
    request: &'a FreightRequest,
    index: usize,
}

impl<'a> Request<'a> {
    fn path(&self, rest: &[&str]) -> Vec<String> {
        let own = ["spec".to_owned(), "requestedFreight".to_owned(), self.index.to_string()];
        own.into_iter().chain(rest.iter().map(|segment| (*segment).to_owned())).collect()
    }

    fn namespace(&self) -> &'a str {
        &self.source.name.namespace
    }

    fn tell(&self, diagnostic: Diagnostic, path: &[String], diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.push(self.source.locate(diagnostic, path, &Mark::Value));
    }

    fn check_origin(&self, diagnostics: &mut Vec<Diagnostic>) {
        let origin = &self.request.origin.name;
        if self.world.find(Kind::Warehouse, self.namespace(), origin).is_none() {
            let message = format!("there is no Warehouse {origin:?}");
            let mut diagnostic = Diagnostic::error(Rule::MissingWarehouse, message);
            let names = self.world.names(Kind::Warehouse, self.namespace());
            diagnostic.hint = suggestion(origin, "the Warehouses here are", names);
            self.tell(diagnostic, &self.path(&["origin", "name"]), diagnostics);
        }
        let sources = &self.request.sources;
        if !sources.direct && sources.stages.is_empty() {
            let message = format!(
                "freight of {origin} reaches Stage {} only by approval: it comes from nowhere",
                self.stage.metadata.name
            );
            let diagnostic = Diagnostic::warning(Rule::UnreachableStage, message)
                .hint("add direct: true or stages: to its sources");
            self.tell(diagnostic, &self.path(&["sources"]), diagnostics);
        }
    }

    /// The stages before this one, as far as there are any.
    fn upstream(&self, diagnostics: &mut Vec<Diagnostic>) -> Vec<Edge<'a>> {
        let mut edges = Vec::new();
        for (number, name) in self.request.sources.stages.iter().enumerate() {
            let path = self.path(&["sources", "stages", &number.to_string()]);
            let Some(key) = self.world.find(Kind::Stage, self.namespace(), name) else {
                let mut diagnostic =
                    Diagnostic::error(Rule::MissingStage, format!("there is no Stage {name:?}"));
                let names = self.world.names(Kind::Stage, self.namespace());
                let names = names.filter(|other| *other != self.stage.metadata.name);
                diagnostic.hint = suggestion(name, "the Stages here are", names);
                self.tell(diagnostic, &path, diagnostics);
                continue;
            };
            let origin = &self.request.origin.name;
            let Some(upstream) = self.world.manifests.stages.get(key) else { continue };
            if !upstream.spec.requested_freight.iter().any(|request| request.origin.name == *origin) {
                let message =
                    format!("no freight of {origin} comes from Stage {name}, which does not request any");
                let diagnostic = Diagnostic::warning(Rule::UnreachableStage, message)
                    .hint(format!("request freight of {origin} in Stage {name} too, or name another Stage"));
                self.tell(diagnostic, &path, diagnostics);
                continue;
            }
            edges.push(Edge { to: (key, origin), source: self.source, path });
        }
        edges
    }
}

/// Tells every cycle once, at one of its stages.
fn tell_cycles(edges: &BTreeMap<Node<'_>, Vec<Edge<'_>>>, diagnostics: &mut Vec<Diagnostic>) {
    let mut done = BTreeSet::new();
    for start in edges.keys() {
        // Each walk goes upstream until there is nothing new, depth first.
        let mut way: Vec<(&Node<'_>, std::slice::Iter<'_, Edge<'_>>)> = Vec::new();
        if done.insert(start) {
            way.push((start, edges[start].iter()));
        }
        while let Some((_, rest)) = way.last_mut() {
            let Some(edge) = rest.next() else {
                way.pop();
                continue;
            };
            if let Some(from) = way.iter().position(|(node, _)| **node == edge.to) {
                tell_cycle(way[from..].iter().map(|(node, _)| node.0.name.as_str()), edge, diagnostics);
            } else if let Some((next, upstream)) = edges.get_key_value(&edge.to)
                && done.insert(next)
            {
                way.push((next, upstream.iter()));
            }
        }
    }
}

fn tell_cycle<'n>(names: impl Iterator<Item = &'n str>, edge: &Edge<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut names: Vec<&str> = names.collect();
    names.push(edge.to.0.name.as_str());
    // Upstream was walked; freight flows the other way.
    names.reverse();
    let message = format!("freight of {} goes round in circles: {}", edge.to.1, names.join(" → "));
    let diagnostic = Diagnostic::error(Rule::StageCycle, message)
        .hint("take one of these Stages out of the sources of the next");
    diagnostics.push(edge.source.locate(diagnostic, &edge.path, &Mark::Value));
}
