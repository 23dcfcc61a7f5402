//! One task from pulling its images to the end of its last container.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::World;
use super::container::Container;
use super::image::{Program, program};
use super::volumes::Volumes;
use crate::scheduler::port::{Launch, Observation, TaskId};

/// How long an image takes to be there (stack time), so that a task is seen to pull.
const PULL_TIME: Duration = Duration::from_millis(400);

/// Lives a task's life. In the end exactly one of `NeverRan` and `Stopped` has been told.
pub(crate) async fn live(world: &Arc<World>, task: &TaskId, launch: &Launch, mut stop: watch::Receiver<bool>) {
    world.tell(Observation::Pulling { task: task.clone() });
    let pulled = tokio::select! {
        programs = pull(world, task, launch) => programs,
        _ = stop.wait_for(|asked| *asked) => {
            world.tell(Observation::Stopped { task: task.clone() });
            return;
        }
    };
    // They live as long as the task.
    let volumes = Volumes::create(task, launch).map_err(|error| {
        format!("CannotCreateVolumeError: a directory for the task's volumes cannot be made: {error}")
    });
    let started = pulled.and_then(|programs| start(world, task, launch, programs, volumes.as_ref()?));
    match started {
        Ok(containers) => follow(world, containers, &stop).await,
        Err(reason) => return world.tell(Observation::NeverRan { task: task.clone(), reason }),
    }
    drop(volumes);
    world.tell(Observation::Stopped { task: task.clone() });
}

async fn pull(world: &World, task: &TaskId, launch: &Launch) -> Result<Vec<Program>, String> {
    let mut programs = Vec::with_capacity(launch.containers.len());
    for container in &launch.containers {
        let image =
            world.ecr.resolve(&container.image).map_err(|error| format!("CannotPullContainerError: {error}"))?;
        world.clock.sleep(PULL_TIME).await;
        programs.push(program(&image.manifest, container)?);
        world.tell(Observation::Pulled { task: task.clone(), container: container.name.clone(), digest: image.digest });
    }
    Ok(programs)
}

/// Starts all containers or none: on a failure those already started end as they are dropped.
fn start(
    world: &World,
    task: &TaskId,
    launch: &Launch,
    programs: Vec<Program>,
    volumes: &Volumes,
) -> Result<Vec<Container>, String> {
    let each = launch.containers.iter().zip(programs);
    each.map(|(container, mut program)| {
        volumes.put_into(&mut program.environment, container);
        Container::start(world, task, launch, container, program)
    })
    .collect()
}

async fn follow(world: &Arc<World>, containers: Vec<Container>, stop: &watch::Receiver<bool>) {
    let mut living = JoinSet::new();
    for container in containers {
        world.tell(container.running());
        living.spawn(container.follow(Arc::clone(world), stop.clone()));
    }
    while living.join_next().await.is_some() {}
}
