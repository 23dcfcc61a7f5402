//! Bytes by key, in a directory or in S3: the ground that the model registry stands on.
//!
//! What is written here is never overwritten: [`Store::create`] takes a key that is free, or says that it is taken.
//! That one promise of the storage (a hard link that must be new, `If-None-Match: *` in S3) is what keeps two writers
//! apart; nothing here waits, locks or deletes. Reading never takes more memory than the caller allows.

mod failure;
mod location;
mod s3;

pub use failure::StoreError;
pub use location::Location;

use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// More keys below one prefix than any registry has; a listing that exceeds it is refused.
const MOST_KEYS: usize = 100_000;

/// An open store; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    /// Empty until the directory was there once.
    objects: Arc<OnceLock<Arc<dyn ObjectStore>>>,
    location: Location,
    prefix: Key,
}

/// What became of an attempt to take a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// The key was free and now has these bytes.
    New,
    /// The key was taken before; nothing has changed.
    Taken,
}

impl Store {
    /// Opens a store whose directory exists, or an S3 store with settings and credentials from the environment.
    /// Nothing is asked of S3 yet.
    ///
    /// # Errors
    /// The directory does not exist, or the environment does not say enough for S3.
    pub fn open(location: Location) -> Result<Self, StoreError> {
        let store = Self::open_later(location)?;
        store.objects()?;
        Ok(store)
    }

    /// Like [`Store::open`], but the directory may come later: until then, and whenever it is gone, everything that is
    /// asked of the store fails.
    ///
    /// # Errors
    /// The environment does not say enough for S3.
    pub fn open_later(location: Location) -> Result<Self, StoreError> {
        let objects: OnceLock<Arc<dyn ObjectStore>> = OnceLock::new();
        let prefix = match &location {
            Location::Directory(_) => Key::default(),
            Location::S3 { bucket, prefix } => {
                let connected = s3::Settings::from_environment(|name| std::env::var(name).ok())?.connect(bucket)?;
                objects.get_or_init(|| Arc::new(connected));
                key(prefix)?
            }
        };
        Ok(Self { objects: Arc::new(objects), location, prefix })
    }

    /// What answers. A directory is looked for each time: one that is gone would look like an empty one.
    fn objects(&self) -> Result<&dyn ObjectStore, StoreError> {
        if let Location::Directory(directory) = &self.location {
            // The library would take a file for a directory.
            std::fs::read_dir(directory).map_err(|error| StoreError::directory(directory, &error))?;
            if self.objects.get().is_none() {
                let opened = local(directory)?;
                self.objects.get_or_init(|| Arc::new(opened));
            }
        }
        let absent = || StoreError::Settings("the store is not open".to_owned());
        self.objects.get().map(|objects| &**objects).ok_or_else(absent)
    }

    /// Like [`Store::open`], but makes the directory if it is missing: for commands that write.
    ///
    /// # Errors
    /// As [`Store::open`], or the directory cannot be made.
    pub fn open_to_write(location: Location) -> Result<Self, StoreError> {
        if let Location::Directory(directory) = &location {
            std::fs::create_dir_all(directory).map_err(|error| StoreError::directory(directory, &error))?;
        }
        Self::open(location)
    }

    /// Where the store is.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The bytes of a key, or `None` if there is no such key.
    ///
    /// # Errors
    /// The store cannot be reached, refuses, or has more than `limit` bytes there.
    pub async fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let failed = |error| StoreError::of("read", &self.location, name, &error);
        let found = match self.objects()?.get(&self.key(name)?).await {
            Ok(found) => found,
            Err(error) if failure::is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let too_large = |found| StoreError::TooLarge { place: self.location.place_of(name), found, limit };
        if found.meta.size > limit {
            return Err(too_large(found.meta.size));
        }
        let mut bytes = Vec::new();
        let mut parts = found.into_stream();
        while let Some(part) = parts.try_next().await.map_err(failed)? {
            if (bytes.len() + part.len()) as u64 > limit {
                return Err(too_large((bytes.len() + part.len()) as u64));
            }
            bytes.extend_from_slice(&part);
        }
        Ok(Some(bytes))
    }

    /// Takes a free key. Either all bytes are there afterwards, or nothing has changed.
    ///
    /// # Errors
    /// The store cannot be reached or refuses. A key that is taken is no error.
    pub async fn create(&self, name: &str, bytes: Vec<u8>) -> Result<Created, StoreError> {
        let payload = PutPayload::from(bytes);
        match self.objects()?.put_opts(&self.key(name)?, payload, PutMode::Create.into()).await {
            Ok(_) => Ok(Created::New),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Created::Taken),
            Err(error) => Err(StoreError::of("write", &self.location, name, &error)),
        }
    }

    /// Keys below a folder, ascending, without the folder's name; with `after`, only those behind it.
    ///
    /// # Errors
    /// The store cannot be reached or refuses, or has more keys there than are believable.
    pub async fn list(&self, folder: &str, after: Option<&str>) -> Result<Vec<String>, StoreError> {
        let failed = |error| StoreError::of("list", &self.location, folder, &error);
        let place = self.key(folder)?;
        let objects = self.objects()?;
        let mut found = match after {
            Some(after) => objects.list_with_offset(Some(&place), &self.key(&format!("{folder}/{after}"))?),
            None => objects.list(Some(&place)),
        };
        let mut names = Vec::new();
        while let Some(object) = found.try_next().await.map_err(failed)? {
            let parts = object.location.prefix_match(&place).into_iter().flatten();
            names.push(parts.map(|part| part.as_ref().to_owned()).collect::<Vec<_>>().join("/"));
            if names.len() > MOST_KEYS {
                return Err(StoreError::TooManyKeys { place: self.location.place_of(folder), limit: MOST_KEYS });
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// The folders right inside a folder, ascending.
    ///
    /// # Errors
    /// The store cannot be reached or refuses.
    pub async fn list_folders(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let failed = |error| StoreError::of("list", &self.location, folder, &error);
        let found = self.objects()?.list_with_delimiter(Some(&self.key(folder)?)).await.map_err(failed)?;
        let mut names: Vec<_> =
            found.common_prefixes.iter().filter_map(|prefix| prefix.filename().map(str::to_owned)).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn key(&self, name: &str) -> Result<Key, StoreError> {
        let below = key(name)?;
        Ok(self.prefix.parts().chain(below.parts()).collect())
    }
}

fn key(name: &str) -> Result<Key, StoreError> {
    Key::parse(name).map_err(|error| StoreError::Settings(format!("{name:?} cannot be part of a key: {error}")))
}

fn local(directory: &Path) -> Result<LocalFileSystem, StoreError> {
    let opened = LocalFileSystem::new_with_prefix(directory);
    let opened = opened.map_err(|error| StoreError::directory(directory, &std::io::Error::other(error)))?;
    Ok(opened.with_fsync(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(home: &tempfile::TempDir) -> Store {
        Store::open_to_write(Location::Directory(home.path().join("deep/store"))).expect("it opens")
    }

    #[tokio::test]
    async fn a_key_is_taken_once_and_read_whole() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let store = open(&home);
        assert_eq!(store.read("a/b.json", 9).await.expect("read"), None);
        assert_eq!(store.create("a/b.json", b"first".to_vec()).await.expect("written"), Created::New);
        assert_eq!(store.create("a/b.json", b"second".to_vec()).await.expect("no error"), Created::Taken);
        assert_eq!(store.read("a/b.json", 5).await.expect("read"), Some(b"first".to_vec()));
        let words = store.read("a/b.json", 4).await.expect_err("too large").to_string();
        assert!(words.contains("has 5 bytes, more than the 4 that are allowed"), "{words}");
    }

    #[tokio::test]
    async fn of_many_writers_one_wins() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let store = open(&home);
        let mut writers = tokio::task::JoinSet::new();
        for number in 0..16_u8 {
            let store = store.clone();
            writers.spawn(async move { (number, store.create("one", vec![number; 1000]).await.expect("no error")) });
        }
        let ends = writers.join_all().await;
        let winners: Vec<_> = ends.iter().filter(|(_, end)| *end == Created::New).collect();
        assert_eq!(winners.len(), 1);
        let bytes = store.read("one", 2000).await.expect("read").expect("it is there");
        assert_eq!(bytes, vec![winners[0].0; 1000]);
        assert_eq!(store.list("", None).await.expect("listed"), ["one"]);
    }

    #[tokio::test]
    async fn listings_ascend_and_can_go_on() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let store = open(&home);
        for name in ["m/x/events/00000002.json", "m/x/events/00000010.json", "m/x/events/00000001.json", "m/y/z"] {
            store.create(name, Vec::new()).await.expect("written");
        }
        let all = store.list("m/x/events", None).await.expect("listed");
        assert_eq!(all, ["00000001.json", "00000002.json", "00000010.json"]);
        let rest = store.list("m/x/events", Some("00000002.json")).await.expect("listed");
        assert_eq!(rest, ["00000010.json"]);
        assert_eq!(store.list_folders("m").await.expect("listed"), ["x", "y"]);
        assert!(store.list("nothing", None).await.expect("listed").is_empty());
    }

    #[test]
    fn a_directory_that_is_none_is_refused() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let check = |place: std::path::PathBuf, expect: &str| {
            let words = Store::open(Location::Directory(place)).expect_err("refused").to_string();
            assert!(words.contains(expect), "{words}");
        };
        check(home.path().join("missing"), "missing: No such file");
        let file = home.path().join("file");
        std::fs::write(&file, "").expect("written");
        check(file, "Not a directory");
    }

    #[tokio::test]
    async fn a_directory_may_come_later_and_is_missed_when_it_is_gone() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let place = home.path().join("store");
        let store = Store::open_later(Location::Directory(place.clone())).expect("no need of it yet");
        assert!(store.list("models", None).await.is_err());
        std::fs::create_dir(&place).expect("made");
        assert!(store.list("models", None).await.expect("it is empty").is_empty());
        assert_eq!(store.create("models/a", b"1".to_vec()).await.expect("written"), Created::New);
        std::fs::rename(&place, home.path().join("elsewhere")).expect("moved");
        let words = store.list("models", None).await.expect_err("it is gone").to_string();
        assert!(words.contains("No such file") && words.contains("predictor register makes it"), "{words}");
        assert!(store.read("models/a", 9).await.is_err());
    }

    #[tokio::test]
    async fn keys_cannot_climb() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let store = open(&home);
        for name in ["../outside", "a/../../b", "a//b"] {
            assert!(store.create(name, Vec::new()).await.is_err(), "{name}");
        }
    }
}
