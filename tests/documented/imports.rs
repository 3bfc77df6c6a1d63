//! Files import in one direction, as ARCHITECTURE.md says: in no crate do files import each other in a cycle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility};

use super::rust_files;

/// A module, by the names from the root of the crate.
type Module = Vec<String>;

/// Every module of a crate that is a file.
struct Crate {
    files: BTreeMap<Module, File>,
}

/// What a file names of its crate, as absolute paths.
#[derive(Default)]
struct File {
    module: Module,
    paths: BTreeSet<Vec<String>>,
    /// What a name stands for that is imported, and perhaps exported again.
    imports: BTreeMap<String, Vec<String>>,
    /// The modules directly below it, which a path may begin with.
    children: BTreeSet<String>,
}

#[test]
fn no_files_import_each_other_in_a_cycle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cycles = Vec::new();
    for name in [
        "crates/cli",
        "crates/codegen",
        "crates/emulator",
        "crates/runtime",
        "crates/spec",
    ]
    .into_iter()
    .chain(["crates/spec-diff", "xtask"])
    {
        let read = Crate::read(&root.join(name).join("src"));
        let edges = read.edges();
        assert!(edges.len() > 10, "{name} has only {} files", edges.len());
        let shortest = edges
            .keys()
            .filter_map(|module| cycle(&edges, module))
            .min_by_key(Vec::len);
        if let Some(cycle) = shortest {
            let cycle: Vec<String> = cycle.iter().map(|module| module.join("::")).collect();
            cycles.push(format!("{name}: {}", cycle.join(" → ")));
        }
    }
    assert!(
        cycles.is_empty(),
        "import each other in a cycle:\n{}",
        cycles.join("\n")
    );
}

fn module(src: &Path, file: &Path) -> Module {
    let path = file.strip_prefix(src).unwrap().with_extension("");
    let mut module: Module = path.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
    if ["mod", "lib", "main"].contains(&module.last().unwrap().as_str()) {
        module.pop();
    }
    module
}

impl Crate {
    fn read(src: &Path) -> Self {
        let paths = rust_files(src);
        let modules: Vec<Module> = paths.iter().map(|path| module(src, path)).collect();
        let read = |path: &PathBuf, module: &Module| {
            let below = modules
                .iter()
                .filter(|child| child.len() == module.len() + 1 && child.starts_with(module));
            let mut file = File {
                module: module.clone(),
                children: below.filter_map(|child| child.last().cloned()).collect(),
                ..File::default()
            };
            let mut syntax = syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap();
            file.visit_file_mut(&mut syntax);
            (module.clone(), file)
        };
        Self {
            files: paths
                .iter()
                .zip(&modules)
                .map(|(path, module)| read(path, module))
                .collect(),
        }
    }

    /// The modules that each module imports something from.
    fn edges(&self) -> BTreeMap<&Module, BTreeSet<&Module>> {
        let of = |file: &File| file.paths.iter().filter_map(|path| self.definition(path, 0)).collect();
        self.files
            .iter()
            .map(|(module, file)| {
                let mut imported: BTreeSet<&Module> = of(file);
                imported.remove(module);
                (module, imported)
            })
            .collect()
    }

    /// The module that defines what a path names. A module that exports it again is passed by.
    fn definition(&self, path: &[String], depth: usize) -> Option<&Module> {
        let length = (0..=path.len())
            .rev()
            .find(|length| self.files.contains_key(&path[..*length]))?;
        let (module, file) = self.files.get_key_value(&path[..length])?;
        // Where only the module itself is named, what is used of it has a path of its own.
        let name = path.get(length).filter(|_| depth < 8)?;
        if let Some(target) = file.imports.get(name) {
            let target: Vec<_> = target.iter().chain(&path[length + 1..]).cloned().collect();
            return self.definition(&target, depth + 1);
        }
        Some(module)
    }
}

impl File {
    /// The path from the root of the crate; `None` for what is of another crate.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let mut module = self.module.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => {
                module.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {}
            child if self.children.contains(child) => {}
            _ => return None,
        }
        while rest.first().is_some_and(|name| name == "super") {
            module.pop();
            rest = &rest[1..];
        }
        module.extend_from_slice(rest);
        Some(module)
    }

    /// What is exported again is not used by that: it counts where its name is.
    fn import(&mut self, tree: &UseTree, before: &[String], used: bool) {
        let joined = |name: &dyn ToString| before.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>();
        let (path, name) = match tree {
            UseTree::Path(path) => return self.import(&path.tree, &joined(&path.ident), used),
            UseTree::Group(group) => return group.items.iter().for_each(|item| self.import(item, before, used)),
            UseTree::Name(name) if name.ident == "self" => (before.to_vec(), before.last().cloned()),
            UseTree::Name(name) => (joined(&name.ident), Some(name.ident.to_string())),
            UseTree::Rename(rename) => (joined(&rename.ident), Some(rename.rename.to_string())),
            UseTree::Glob(_) => (joined(&"*"), None),
        };
        let Some(path) = self.absolute(&path) else { return };
        if let Some(name) = name {
            self.imports.insert(name, path.clone());
        }
        if used {
            self.paths.insert(path);
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|of| of.is_ident("test"))
    })
}

impl VisitMut for File {
    fn visit_item_mut(&mut self, item: &mut Item) {
        match item {
            Item::Mod(ItemMod { attrs, .. }) if is_test(attrs) => {}
            _ => visit_mut::visit_item_mut(self, item),
        }
    }

    fn visit_item_use_mut(&mut self, item: &mut ItemUse) {
        self.import(&item.tree, &[], matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(first) = names.first() {
            let absolute = match self.imports.get(first) {
                Some(imported) => Some(imported.iter().chain(&names[1..]).cloned().collect()),
                None => self.absolute(&names),
            };
            self.paths.extend(absolute);
        }
        visit_mut::visit_path_mut(self, path);
    }
}

/// The shortest way from a module back to itself.
fn cycle<'m>(edges: &BTreeMap<&'m Module, BTreeSet<&'m Module>>, from: &'m Module) -> Option<Vec<&'m Module>> {
    let mut seen = BTreeSet::new();
    let mut ways = VecDeque::from([vec![from]]);
    while let Some(way) = ways.pop_front() {
        for next in &edges[way.last()?] {
            let longer = way.iter().copied().chain([*next]).collect();
            if *next == from {
                return Some(longer);
            }
            if seen.insert(*next) {
                ways.push_back(longer);
            }
        }
    }
    None
}
