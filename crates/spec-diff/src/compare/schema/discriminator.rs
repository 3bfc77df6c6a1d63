//! Discriminators: a schema with one represents all schemas that include it by `allOf`, or that its mapping names.

use ittybit_spec::Node;

use super::super::pending::{Holder, Pending};
use super::super::side::component_name;
use super::super::walk::Member;
use super::comparison::Comparison;
use crate::change::Kind;
use crate::rule;

impl<'d> Comparison<'_, 'd> {
    /// Compares two discriminators, and the schemas that they can select.
    pub(super) fn discriminator(&mut self) {
        let key = "discriminator";
        if !self.plain(key, |node| node.as_object().is_some()) {
            return;
        }
        let (Some(old), Some(new)) = (self.old.get(key), self.new.get(key)) else {
            return;
        };
        let what = format!("the discriminator of {}", self.at.subject);
        for member in self.walk.members(old, new, &what) {
            match member.key {
                "propertyName" => {
                    let message = format!("the property of {what} {}", member.difference());
                    self.facet(&rule::DISCRIMINATOR_PROPERTY_CHANGED, &member, message);
                }
                "mapping" if member.is_map() => self.mapping(&member, &what),
                _ => self.walk.unclassified(&member, &what),
            }
        }
        let targets = (self.walk.old.selected(self.old), self.walk.new.selected(self.new));
        for (name, old) in targets.0 {
            if let Some((_, new)) = targets.1.iter().find(|(other, _)| *other == name) {
                let subject = self.at.subject.property(&format!("the kind {name}"));
                let inner = self.inner(vec![old], vec![*new], subject, Holder::Value);
                self.walk.pending.push_back(Pending {
                    site: self.at.site,
                    ..inner
                });
            }
        }
    }

    fn mapping(&mut self, mapping: &Member<'d>, what: &str) {
        for member in self.walk.entries(mapping) {
            let target = |node: Option<&'d Node>| node.and_then(Node::as_str).map(component_name);
            let message = format!("`{}` in the mapping of {what} {}", member.key, member.difference());
            let facet = match member.kind() {
                Kind::Added => &rule::DISCRIMINATOR_MAPPING_ADDED,
                Kind::Removed => &rule::DISCRIMINATOR_MAPPING_REMOVED,
                Kind::Changed if target(member.old) == target(member.new) => {
                    self.walk.leaf(rule::WRITTEN_OTHERWISE, &member, || message);
                    continue;
                }
                Kind::Changed => &rule::DISCRIMINATOR_MAPPING_CHANGED,
            };
            self.facet(facet, &member, message);
        }
    }
}
