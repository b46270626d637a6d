//! The published vectors of RFC 6962 logs, and every small tree against the definition itself.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn unhex(text: &str) -> Hash {
    let byte = |at: usize| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).unwrap();
    std::array::from_fn(byte)
}

/// The leaves of the vectors that certificate transparency logs share.
fn vector_leaves() -> Vec<Hash> {
    let data: [&[u8]; 8] = [b"", b"\0", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"];
    data.map(leaf_hash).to_vec()
}

const VECTOR_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|at| leaf_hash(&at.to_be_bytes())).collect()
}

fn stored(leaves: &[Hash]) -> BTreeMap<Node, Hash> {
    let (mut edge, mut nodes) = (Edge::new(), BTreeMap::new());
    for leaf in leaves {
        edge.append_with(*leaf, |node, hash| assert!(nodes.insert(node, *hash).is_none(), "{node:?} is stored twice"));
    }
    nodes
}

/// RFC 9162, 2.1.1, word for word.
fn defined_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&defined_root(left), &defined_root(right))
        }
    }
}

fn split(length: usize) -> usize {
    length.next_power_of_two() / 2
}

/// RFC 9162, 2.1.3.1.
fn defined_inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, other) = if index < left.len() {
        (defined_inclusion(index, left), right)
    } else {
        (defined_inclusion(index - left.len(), right), left)
    };
    path.push(defined_root(other));
    path
}

/// RFC 9162, 2.1.4.1, `SUBPROOF`.
fn defined_consistency(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![defined_root(leaves)] };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut proof, other) = if old <= left.len() {
        (defined_consistency(old, left, whole), right)
    } else {
        (defined_consistency(old - left.len(), right, false), left)
    };
    proof.push(defined_root(other));
    proof
}

#[test]
fn the_published_roots_come_out() {
    let mut edge = Edge::new();
    assert_eq!(edge.root(), unhex(VECTOR_ROOTS[0]));
    for (leaf, root) in vector_leaves().into_iter().zip(&VECTOR_ROOTS[1..]) {
        edge.append(leaf);
        assert_eq!(edge.root(), unhex(root), "size {}", edge.size());
    }
}

#[test]
fn the_published_proofs_come_out() {
    let nodes = stored(&vector_leaves());
    let inclusion = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(inclusion_proof(&nodes, 5, 8).unwrap(), inclusion.map(unhex));
    let consistency = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(consistency_proof(&nodes, 6, 8).unwrap(), consistency.map(unhex));
}

#[test]
fn every_proof_of_every_small_tree_is_the_defined_one_and_holds() {
    let leaves = leaves(33);
    let nodes = stored(&leaves);
    for size in 0..=leaves.len() {
        let root = defined_root(&leaves[..size]);
        assert_eq!(root_at(&nodes, size as u64).unwrap(), root, "size {size}");
        for index in 0..size {
            let proof = inclusion_proof(&nodes, index as u64, size as u64).unwrap();
            assert_eq!(proof, defined_inclusion(index, &leaves[..size]), "{index} in {size}");
            verify_inclusion(&leaves[index], index as u64, size as u64, &proof, &root).unwrap();
        }
        for old in 0..=size {
            let proof = consistency_proof(&nodes, old as u64, size as u64).unwrap();
            let defined = if old == 0 { Vec::new() } else { defined_consistency(old, &leaves[..size], true) };
            assert_eq!(proof, defined, "{old} to {size}");
            let old_root = defined_root(&leaves[..old]);
            verify_consistency(old as u64, &old_root, size as u64, &root, &proof).unwrap();
        }
    }
}

#[test]
fn the_nodes_that_a_proof_asks_for_are_named_beforehand() {
    let all = stored(&leaves(100));
    let only = |nodes: Vec<Node>| nodes.into_iter().map(|node| (node, all[&node])).collect::<BTreeMap<_, _>>();
    for (at, size) in [(0, 1), (0, 100), (63, 100), (64, 77), (99, 100)] {
        inclusion_proof(&only(inclusion_nodes(at, size)), at, size).unwrap();
        consistency_proof(&only(consistency_nodes(at, size)), at, size).unwrap();
        root_at(&only(root_nodes(size)), size).unwrap();
    }
    let error = root_at(&BTreeMap::new(), 5).unwrap_err();
    assert_eq!(error.to_string(), "node 0 on level 2 could not be read");
}

#[test]
fn what_cannot_be_proved_is_refused_by_name() {
    let nodes = stored(&leaves(4));
    let refused = |result: Result<Vec<Hash>, BuildError<MissingNode>>| {
        let BuildError::Impossible(error) = result.unwrap_err() else { panic!("it should be impossible") };
        error
    };
    assert_eq!(refused(inclusion_proof(&nodes, 4, 4)), ProofError::Index { index: 4, size: 4 });
    assert_eq!(refused(consistency_proof(&nodes, 4, 3)), ProofError::Shrunk { old: 4, new: 3 });
    assert!(matches!(root_at(&nodes, u64::MAX), Err(BuildError::Size { .. })));
    assert_eq!(Edge::resume(u64::MAX, vec![[0; 32]; 64]), Err(EdgeError::Size { size: u64::MAX }));
    let too_few = EdgeError::Hashes { size: 7, expected: 3, found: 2 };
    assert_eq!(Edge::resume(7, vec![[0; 32]; 2]), Err(too_few));
    assert_eq!(
        verify_inclusion(&[0; 32], 0, u64::MAX, &[], &[0; 32]),
        Err(ProofError::Index { index: 0, size: u64::MAX })
    );
}

#[test]
fn a_tree_that_was_not_there_before_is_not_consistent() {
    let root = defined_root(&leaves(3));
    assert_eq!(verify_consistency(0, &[1; 32], 3, &root, &[]), Err(ProofError::OldRoot { old: 0 }));
    assert_eq!(verify_consistency(3, &root, 3, &[1; 32], &[]), Err(ProofError::NewRoot { old: 3, new: 3 }));
    assert_eq!(verify_consistency(0, &empty_root(), 0, &root, &[]), Err(ProofError::NewRoot { old: 0, new: 0 }));
    assert_eq!(verify_consistency(3, &root, 2, &root, &[]), Err(ProofError::Shrunk { old: 3, new: 2 }));
}

#[test]
fn the_largest_tree_is_proved_without_overflow() {
    let size = MAX_SIZE;
    let hashes = AnyNode;
    let proof = inclusion_proof(&hashes, size - 1, size).unwrap();
    verify_inclusion(&[7; 32], size - 1, size, &proof, &root_at(&hashes, size).unwrap()).unwrap();
    assert_eq!(consistency_proof(&hashes, size - 1, size).unwrap().len(), 63);
    assert_eq!(Edge::resume(size, vec![[7; 32]; 63]).unwrap().size(), size);
}

/// A tree whose every node has the same hash.
struct AnyNode;

impl Hashes for AnyNode {
    type Error = MissingNode;

    fn node(&self, _: Node) -> Result<Hash, MissingNode> {
        Ok([7; 32])
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))] // hashes are slow in a debug build

    #[test]
    fn an_edge_that_is_resumed_goes_on_as_if_it_had_never_stopped(size in 0_usize..300, more in 0_usize..50) {
        let leaves = leaves(size + more);
        let nodes = stored(&leaves[..size]);
        let subtrees = root_nodes(size as u64).iter().map(|node| nodes[node]).collect();
        let mut edge = Edge::resume(size as u64, subtrees).unwrap();
        for leaf in &leaves[size..] {
            edge.append(*leaf);
        }
        prop_assert_eq!(edge.root(), defined_root(&leaves));
        prop_assert_eq!(edge.subtrees().len() as u64, u64::from(edge.size().count_ones()));
    }

    #[test]
    fn no_changed_bit_of_an_inclusion_proof_goes_unseen(size in 1_usize..100, at: prop::sample::Index, bit in 0_usize..256) {
        let leaves = leaves(size);
        let (index, root, nodes) = (at.index(size), defined_root(&leaves), stored(&leaves));
        let (leaf, index, size) = (leaves[index], index as u64, size as u64);
        let proof = inclusion_proof(&nodes, index, size).unwrap();
        prop_assert!(verify_inclusion(&flip(leaf, bit), index, size, &proof, &root).is_err());
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &flip(root, bit)).is_err());
        prop_assert!(verify_inclusion(&leaf, index ^ 1, size, &proof, &root).is_err());
        for place in 0..proof.len() {
            let mut changed = proof.clone();
            changed[place] = flip(changed[place], bit);
            prop_assert!(verify_inclusion(&leaf, index, size, &changed, &root).is_err());
            changed.remove(place);
            prop_assert!(verify_inclusion(&leaf, index, size, &changed, &root).is_err());
        }
    }

    #[test]
    fn no_changed_bit_of_a_consistency_proof_goes_unseen(size in 2_usize..100, at: prop::sample::Index, bit in 0_usize..256) {
        let leaves = leaves(size);
        let old = 1 + at.index(size - 1);
        let (old_root, new_root, nodes) = (defined_root(&leaves[..old]), defined_root(&leaves), stored(&leaves));
        let (old, new) = (old as u64, size as u64);
        let proof = consistency_proof(&nodes, old, new).unwrap();
        prop_assert!(verify_consistency(old, &flip(old_root, bit), new, &new_root, &proof).is_err());
        prop_assert!(verify_consistency(old, &old_root, new, &flip(new_root, bit), &proof).is_err());
        for place in 0..proof.len() {
            let mut changed = proof.clone();
            changed[place] = flip(changed[place], bit);
            prop_assert!(verify_consistency(old, &old_root, new, &new_root, &changed).is_err());
            changed.push([0; 32]);
            prop_assert!(verify_consistency(old, &old_root, new, &new_root, &changed).is_err());
        }
    }

    #[test]
    fn hostile_proofs_are_errors(sizes: (u64, u64), hashes in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let (one, two) = sizes;
        prop_assert!(verify_inclusion(&[0; 32], one, two, &hashes, &[1; 32]).is_err());
        prop_assert!(verify_consistency(one, &[0; 32], two, &[1; 32], &hashes).is_err());
        inclusion_nodes(one, two);
        consistency_nodes(one, two);
        root_nodes(one);
    }
}

fn flip(mut hash: Hash, bit: usize) -> Hash {
    hash[bit / 8] ^= 1 << (bit % 8);
    hash
}
