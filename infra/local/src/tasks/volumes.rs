//! A task's volumes: directories of its own, empty at its start and gone after its end.
//!
//! A process here sees the machine's file system and not an image's, so a mount has no path of its own. In its stead
//! every variable of the container that names the path is given the directory's.

use std::fs::{DirBuilder, remove_dir_all};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use crate::scheduler::port::{ContainerLaunch, Launch, TaskId};

/// The volumes of one task. They are removed when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Volumes {
    root: Option<PathBuf>,
}

impl Volumes {
    /// Makes the directories that the task's containers mount; none where nothing is mounted.
    ///
    /// # Errors
    /// A directory cannot be made.
    pub(crate) fn create(task: &TaskId, launch: &Launch) -> io::Result<Self> {
        let mut mounts = launch.containers.iter().flat_map(|container| &container.mounts).peekable();
        if mounts.peek().is_none() {
            return Ok(Self::default());
        }
        let root = std::env::temp_dir().join(format!("local-stack-{}-{task}", std::process::id()));
        DirBuilder::new().mode(0o700).create(&root)?;
        let volumes = Self { root: Some(root.clone()) };
        for mount in mounts {
            DirBuilder::new().mode(0o700).recursive(true).create(root.join(&mount.volume))?;
        }
        Ok(volumes)
    }

    /// Puts the directories where the container's variables name what it mounts.
    pub(crate) fn put_into(&self, environment: &mut [(String, String)], container: &ContainerLaunch) {
        let Some(root) = &self.root else { return };
        for mount in &container.mounts {
            let path = mount.path.trim_end_matches('/');
            for (_, value) in environment.iter_mut() {
                let inside = value.strip_prefix(path).filter(|rest| rest.is_empty() || rest.starts_with('/'));
                if let Some(inside) = inside {
                    *value = format!("{}{inside}", root.join(&mount.volume).display());
                }
            }
        }
    }
}

impl Drop for Volumes {
    fn drop(&mut self) {
        if let Some(root) = &self.root {
            // What cannot be removed is left in the directory for temporary files.
            let _ = remove_dir_all(root);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::port::Mount;
    use crate::scheduler::simulation;

    #[test]
    fn variables_lead_into_the_volume_and_it_goes_with_the_task() {
        let mut launch = simulation::template("app", false, false).launch;
        let mount = |volume: &str, path: &str| Mount { volume: volume.to_owned(), path: path.to_owned() };
        launch.containers[0].mounts = vec![mount("models", "/var/cache/app"), mount("rest", "/rest/")];
        let task = TaskId::new(format!("volumes-{}", std::process::id()));
        let volumes = Volumes::create(&task, &launch).expect("a temporary directory can be written");
        let root = volumes.root.clone().expect("something is mounted");
        let expected = |rest: &str| format!("{}{rest}", root.display());
        for (given, expect) in [
            ("/var/cache/app", expected("/models")),
            ("/var/cache/app/a", expected("/models/a")),
            ("/var/cache/apple", "/var/cache/apple".to_owned()),
            ("/rest/b", expected("/rest/b")),
            ("eu-west-1", "eu-west-1".to_owned()),
        ] {
            let mut environment = [("NAME".to_owned(), given.to_owned())];
            volumes.put_into(&mut environment, &launch.containers[0]);
            assert_eq!(environment[0].1, expect);
        }
        assert!(root.join("models").is_dir());
        drop(volumes);
        assert!(!root.exists());
    }

    #[test]
    fn without_mounts_there_is_no_directory() {
        let launch = simulation::template("app", false, false).launch;
        let volumes = Volumes::create(&TaskId::new("none"), &launch).expect("nothing to make");
        assert!(volumes.root.is_none());
    }
}
