// Checks the ledger's files with Go's own note and tlog packages, which know nothing of ours.
//
// The folder given holds vkey, witness, checkpoint, older, leaf, proof.tlog-proof and consistency; it prints what
// it found good, one line each, and leaves a note of its own making in `theirs`.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(os.Args[1], name))
		must(err)
		return string(text)
	}
	verifier, err := note.NewVerifier(read("vkey"))
	must(err)
	opened, size, root := open(verifier, read("checkpoint"))
	fmt.Println("note", len(opened.Sigs), "good,", len(opened.UnverifiedSigs), "unknown")
	cosigned(opened, read("witness"))

	leaf := hash(strings.TrimSpace(read("leaf")))
	index, path, checkpoint := proof(read("proof.tlog-proof"))
	_, size, root = open(verifier, checkpoint)
	must(tlog.CheckRecord(path, size, root, index, leaf))
	fmt.Println("inclusion of leaf", index, "in", size)

	_, oldSize, oldRoot := open(verifier, read("older"))
	var grown tlog.TreeProof
	for _, line := range strings.Fields(read("consistency")) {
		grown = append(grown, hash(line))
	}
	must(tlog.CheckTree(grown, size, root, oldSize, oldRoot))
	fmt.Println("consistency from", oldSize, "to", size)

	signer, err := note.NewSigner(read("private"))
	must(err)
	theirs, err := note.Sign(&note.Note{Text: opened.Text}, signer)
	must(err)
	must(os.WriteFile(filepath.Join(os.Args[1], "theirs"), theirs, 0o600))
	fmt.Println("note of its own")
}

func open(verifier note.Verifier, text string) (*note.Note, int64, tlog.Hash) {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	return opened, size, hash(lines[2])
}

// cosigned checks the witness's line as C2SP tlog-cosignature describes it.
func cosigned(opened *note.Note, vkey string) {
	parts := strings.SplitN(vkey, "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	for _, unknown := range opened.UnverifiedSigs {
		if unknown.Name != parts[0] || fmt.Sprintf("%08x", unknown.Hash) != parts[1] || key[0] != 4 {
			continue
		}
		signed, err := base64.StdEncoding.DecodeString(unknown.Base64)
		must(err)
		at := binary.BigEndian.Uint64(signed[4:])
		message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", at, opened.Text)
		if ed25519.Verify(key[1:], []byte(message), signed[12:]) {
			fmt.Println("cosignature of", at)
		}
	}
}

func proof(text string) (int64, tlog.RecordProof, string) {
	head, checkpoint, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err)
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		path = append(path, hash(line))
	}
	return index, path, checkpoint
}

func hash(text string) (hash tlog.Hash) {
	decoded, err := base64.StdEncoding.DecodeString(text)
	must(err)
	if len(decoded) != len(hash) || bytes.Count(decoded, []byte{0}) == len(hash) {
		panic("not a hash: " + text)
	}
	copy(hash[:], decoded)
	return hash
}

func must(err error) {
	if err != nil {
		fmt.Println("NOT GOOD:", err)
		os.Exit(1)
	}
}
