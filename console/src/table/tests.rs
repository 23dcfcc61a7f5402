//! Tables and properties of lists.

use super::*;

#[derive(Debug, Clone, PartialEq)]
struct Ship(&'static str, f64, Status);

impl Row for Ship {
    fn id(&self) -> String {
        self.0.to_owned()
    }
    fn status(&self) -> Status {
        self.2
    }
}

fn columns() -> Vec<Column<Ship>> {
    vec![
        Column {
            title: "NAME",
            width: Width::Grow(5),
            right: false,
            drop: 0,
            cell: |ship, _| Cell::text(ship.0),
            sort: |ship, _| SortKey::text(ship.0),
        },
        Column {
            title: "TONS",
            width: Width::Fixed(6),
            right: true,
            drop: 1,
            cell: |ship, _| Cell::text(ship.1.to_string()),
            sort: |ship, _| if ship.1 < 0.0 { SortKey::Missing } else { SortKey::Number(ship.1) },
        },
    ]
}

fn fleet() -> Vec<Ship> {
    vec![Ship("b", 2.0, Status::Ok), Ship("a", 10.0, Status::Failed), Ship("c", -1.0, Status::Ok)]
}

fn order(table: &Table) -> Vec<&'static str> {
    table.arrange(fleet(), &columns(), &Scope::default()).iter().map(|ship| ship.0).collect()
}

#[test]
fn ill_rows_come_first_until_a_column_is_chosen() {
    let mut table = Table::default();
    assert_eq!(order(&table), ["a", "b", "c"]);
    table.sort = Some((1, false));
    assert_eq!(order(&table), ["b", "a", "c"]);
    table.sort = Some((1, true));
    assert_eq!(order(&table), ["a", "b", "c"], "what is missing stays last");
}

#[test]
fn the_selection_is_a_thing_and_not_a_row_number() {
    let mut table = Table::default();
    let rows = table.arrange(fleet(), &columns(), &Scope::default());
    table.update(Action::Down, &rows, &columns(), 10);
    assert_eq!(table.selection(&rows).unwrap().0, "b");
    table.sort = Some((0, true));
    let rows = table.arrange(fleet(), &columns(), &Scope::default());
    assert_eq!(table.selection(&rows).unwrap().0, "b");
    let without = vec![fleet()[1].clone(), fleet()[2].clone()];
    assert_eq!(table.selection(&without).unwrap().0, "c", "the row that took its place");
}

#[test]
fn sorting_goes_round_through_no_sorting() {
    let mut table = Table::default();
    let rows = fleet();
    let mut seen = Vec::new();
    for _ in 0..3 {
        table.update(Action::SortNextColumn, &rows, &columns(), 5);
        seen.push(table.sort);
    }
    assert_eq!(seen, [Some((0, false)), Some((1, false)), None]);
    table.update(Action::SortPreviousColumn, &rows, &columns(), 5);
    assert_eq!(table.sort, Some((1, false)));
}

#[test]
fn an_empty_list_bears_every_action() {
    let mut table = Table::default();
    let none: Vec<Ship> = Vec::new();
    for action in [Action::Down, Action::Up, Action::Top, Action::Bottom, Action::Mark, Action::PageDown] {
        assert!(table.update(action, &none, &columns(), 0));
    }
    assert_eq!(table.current(&none), None);
}

#[test]
fn the_selection_is_always_in_view() {
    let mut table = Table::default();
    let rows: Vec<Ship> = ["a", "b", "c", "d", "e", "f"].map(|n| Ship(n, 0.0, Status::Ok)).to_vec();
    for (action, first) in [(Action::Bottom, 4), (Action::Up, 4), (Action::Up, 3), (Action::Top, 0)] {
        table.update(action, &rows, &columns(), 2);
        let current = table.current(&rows).unwrap();
        assert_eq!(table.first_in_view(current, rows.len(), 2), first, "{action:?}");
    }
}

#[test]
fn faults_only_and_filter_add_up() {
    let table = Table { faults_only: true, filter: "a".into(), ..Table::default() };
    assert_eq!(order(&table), ["a"]);
    let table = Table { faults_only: true, filter: "b".into(), ..Table::default() };
    assert!(order(&table).is_empty());
}
