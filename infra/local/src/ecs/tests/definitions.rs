//! Task definitions and clusters through the API.

use serde_json::json;

use super::{Bench, definition};

#[test]
fn a_definition_comes_back_as_it_was_sent() {
    let bench = Bench::new();
    let mut sent = definition("web", "registry/app:v1");
    sent["containerDefinitions"][0]["dockerLabels"] = json!({"team": "data"});
    sent["containerDefinitions"][0]["secrets"] = json!([{"name": "KEY", "valueFrom": "arn:aws:ssm:x"}]);
    sent["tags"] = json!([{"key": "owner", "value": "me"}]);
    let registered = bench.ok("RegisterTaskDefinition", sent);
    let shown = &registered["taskDefinition"];
    assert_eq!(shown["taskDefinitionArn"], "arn:aws:ecs:us-east-1:000000000000:task-definition/web:1");
    assert_eq!(shown["compatibilities"], json!(["EC2", "FARGATE"]));
    let container = &shown["containerDefinitions"][0];
    assert_eq!(container["dockerLabels"]["team"], "data");
    assert_eq!(container["secrets"][0]["name"], "KEY");
    assert_eq!((&container["essential"], &container["mountPoints"]), (&json!(true), &json!([])));
    let described = bench.ok("DescribeTaskDefinition", json!({"taskDefinition": "web", "include": ["TAGS"]}));
    assert_eq!(&described["taskDefinition"], shown);
    assert_eq!(described["tags"], json!([{"key": "owner", "value": "me"}]));
}

#[test]
fn bad_definitions_are_refused_in_amazon_ecs_words() {
    let bench = Bench::new();
    for (path, value, message) in [
        ("/family", json!(""), "Family should not be null or empty."),
        ("/family", json!("no spaces"), "Family contains invalid characters."),
        ("/containerDefinitions", json!([]), "Container list cannot be empty."),
        ("/containerDefinitions/0/mountPoints", json!([{"sourceVolume": "x"}]), "Unknown volume 'x'."),
        ("/containerDefinitions/0/image", json!(""), "Container.image should not be null or empty."),
        ("/containerDefinitions/0/name", json!("a b"), "Container.name contains invalid characters."),
        ("/memory", json!("100"), "No Fargate configuration exists for given values: 256 CPU, 100 memory."),
        ("/networkMode", json!("bridge"), "Fargate only supports network mode ‘awsvpc’."),
        (
            "/containerDefinitions/0/portMappings/0/hostPort",
            json!(80),
            "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
        ),
        (
            "/containerDefinitions/0/essential",
            json!(false),
            "At least one container in a task definition must be marked as essential.",
        ),
    ] {
        let mut sent = definition("web", "registry/app:v1");
        let (parent, name) = path.rsplit_once('/').unwrap();
        sent.pointer_mut(parent).unwrap()[name] = value;
        assert_eq!(bench.refused("RegisterTaskDefinition", sent), ("ClientException".to_owned(), message.to_owned()));
    }
    let mut bridge = definition("web", "registry/app:v1");
    for member in ["memory", "cpu", "requiresCompatibilities", "networkMode"] {
        bridge.as_object_mut().unwrap().remove(member);
    }
    let (_, message) = bench.refused("RegisterTaskDefinition", bridge);
    assert_eq!(
        message,
        "Invalid setting for container 'app'. At least one of 'memory' or 'memoryReservation' must be specified."
    );
}

#[test]
fn definitions_are_listed_by_family_revision_and_status() {
    let bench = Bench::new();
    for family in ["web", "api", "web-worker"] {
        for _ in 0..11 {
            bench.register(family, "registry/app:v1");
        }
    }
    bench.ok("DeregisterTaskDefinition", json!({"taskDefinition": "web:2"}));
    let answer = bench.ok("ListTaskDefinitions", json!({"familyPrefix": "web", "sort": "DESC", "maxResults": 3}));
    let revisions: Vec<&str> = answer["taskDefinitionArns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|arn| arn.as_str().unwrap().rsplit('/').next().unwrap())
        .collect();
    assert_eq!(revisions, ["web:11", "web:10", "web:9"]);
    let next = json!({"familyPrefix": "web", "sort": "DESC", "nextToken": answer["nextToken"]});
    assert_eq!(bench.ok("ListTaskDefinitions", next)["taskDefinitionArns"].as_array().unwrap().len(), 7);
    let inactive = bench.ok("ListTaskDefinitions", json!({"status": "INACTIVE"}));
    assert_eq!(inactive["taskDefinitionArns"].as_array().unwrap().len(), 1);
    let families = bench.ok("ListTaskDefinitionFamilies", json!({"familyPrefix": "web"}));
    assert_eq!(families["families"], json!(["web", "web-worker"]));
    let (code, message) = bench.refused("DescribeTaskDefinition", json!({"taskDefinition": "nothing"}));
    assert_eq!((code.as_str(), message.as_str()), ("ClientException", "Unable to describe task definition."));
    let described = bench.ok("DescribeTaskDefinition", json!({"taskDefinition": "web:2"}));
    assert_eq!(described["taskDefinition"]["status"], "INACTIVE");
}

#[test]
fn clusters_are_counted_and_cannot_go_while_in_use() {
    let bench = Bench::steady();
    let answer = bench.ok("DescribeClusters", json!({"clusters": ["local", "other"], "include": ["STATISTICS"]}));
    let cluster = &answer["clusters"][0];
    assert_eq!((&cluster["runningTasksCount"], &cluster["activeServicesCount"]), (&json!(2), &json!(1)));
    let statistics = cluster["statistics"].as_array().unwrap();
    assert!(statistics.contains(&json!({"name": "runningFargateTasksCount", "value": "2"})));
    assert_eq!(answer["failures"][0]["reason"], "MISSING");
    let (code, _) = bench.refused("DeleteCluster", json!({"cluster": "local"}));
    assert_eq!(code, "ClusterContainsServicesException");
    bench.ok("CreateCluster", json!({"clusterName": "empty"}));
    assert_eq!(bench.ok("ListClusters", json!({}))["clusterArns"].as_array().unwrap().len(), 2);
    bench.ok("DeleteCluster", json!({"cluster": "empty"}));
    let (code, message) = bench.refused("ListServices", json!({"cluster": "empty"}));
    assert_eq!((code.as_str(), message.as_str()), ("ClusterNotFoundException", "Cluster not found."));
}
