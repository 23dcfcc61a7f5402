//! Ids in the shapes that Amazon ECS gives them, from a seeded generator so that a run can be repeated.

use fastrand::Rng;

use super::port::TaskId;

const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Makes ids; equal seeds give equal ids.
#[derive(Clone, Debug)]
pub struct Ids {
    random: Rng,
}

impl Ids {
    /// A generator that repeats itself for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self { random: Rng::with_seed(seed) }
    }

    /// 32 hexadecimal digits.
    pub fn task(&mut self) -> TaskId {
        TaskId::new(self.hex32())
    }

    /// `ecs-svc/` and 19 digits.
    pub fn deployment(&mut self) -> String {
        format!("ecs-svc/{}", self.digits19())
    }

    /// 19 digits.
    pub fn revision(&mut self) -> String {
        self.digits19().to_string()
    }

    /// 21 characters from the URL-safe alphabet.
    pub fn service_deployment(&mut self) -> String {
        (0..21).map(|_| char::from(URL_SAFE[self.random.usize(..URL_SAFE.len())])).collect()
    }

    /// A random UUID (version 4).
    pub fn uuid(&mut self) -> String {
        let bits = (self.random.u128(..) & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn hex32(&mut self) -> String {
        format!("{:032x}", self.random.u128(..))
    }

    fn digits19(&mut self) -> u64 {
        self.random.u64(1_000_000_000_000_000_000..10_000_000_000_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_shapes_of_amazon_ecs() {
        let mut ids = Ids::seeded(7);
        assert_eq!(ids.task().as_str().len(), 32);
        assert_eq!(ids.deployment().len(), "ecs-svc/".len() + 19);
        assert_eq!(ids.service_deployment().len(), 21);
        let uuid = ids.uuid();
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
        assert!("89ab".contains(&uuid[19..20]));
    }

    #[test]
    fn equal_seeds_give_equal_ids() {
        assert_eq!(Ids::seeded(1).task(), Ids::seeded(1).task());
    }
}
