package neo4j

import (
	"fmt"
	"strings"
)

// clauses are the words that begin what does more than read, or that reads something else than the graph.
var clauses = map[string]string{
	"CREATE": "it creates", "INSERT": "it creates", "MERGE": "it creates", "SET": "it sets properties", "REMOVE": "it removes properties or labels",
	"DELETE": "it deletes", "DETACH": "it deletes", "FOREACH": "it changes the graph", "DROP": "it changes the schema", "ALTER": "it changes the server",
	"GRANT": "it changes rights", "DENY": "it changes rights", "REVOKE": "it changes rights", "LOAD": "LOAD CSV reads files and addresses", "USE": "it chooses another graph",
	"SHOW": "it asks the server, not the graph", "TERMINATE": "it changes the server", "START": "it changes the server", "STOP": "it changes the server", "TRANSACTIONS": "it runs transactions of its own",
	"ENABLE": "it changes the server", "DEALLOCATE": "it changes the server", "REALLOCATE": "it changes the server", "RENAME": "it changes the server",
}

// procedures are those that may be called: they describe the graph.
var procedures = map[string]bool{
	"db.labels": true, "db.relationshiptypes": true, "db.propertykeys": true, "db.schema.visualization": true, "db.schema.nodetypeproperties": true, "db.schema.reltypeproperties": true,
}

// token is a word, or one other character; names in backquotes, strings and numbers are not words.
type token struct {
	text string
	word bool
}

// readsOnly checks a statement by its words, before the server sees it: strings, comments, properties, parameters, labels, types and maps' keys are no clauses.
func readsOnly(statement string) error {
	ts := tokens(statement)
	if len(ts) == 0 {
		return fmt.Errorf("neo4j: there is no statement")
	}
	for i, t := range ts {
		if t.text == ";" && i < len(ts)-1 {
			return fmt.Errorf("neo4j: %w: there is more than one statement", ErrNotReadOnly)
		}
		if !t.word || i > 0 && (ts[i-1].text == "." || ts[i-1].text == "$" || ts[i-1].text == ":" || ts[i-1].text == "|" || ts[i-1].text == "&" || ts[i-1].text == "!") {
			continue
		}
		if i+1 < len(ts) && ts[i+1].text == ":" && i > 0 && (ts[i-1].text == "{" || ts[i-1].text == ",") {
			continue // the key of a map
		}
		word := strings.ToUpper(t.text)
		if why, ok := clauses[word]; ok {
			return fmt.Errorf("neo4j: %w: %s (%s)", ErrNotReadOnly, why, word)
		}
		if word == "CALL" {
			if err := call(ts[i+1:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// call checks what follows CALL: a subquery, whose words are checked like all others, or a procedure of the list.
func call(ts []token) error {
	if len(ts) > 0 && (ts[0].text == "{" || ts[0].text == "(") {
		return nil
	}
	name := ""
	for _, t := range ts {
		if !t.word && t.text != "." {
			break
		}
		if name != "" && t.word && !strings.HasSuffix(name, ".") {
			break // YIELD
		}
		name += t.text
	}
	if procedures[strings.ToLower(name)] {
		return nil
	}
	return fmt.Errorf("neo4j: %w: procedure %s is not among those that may be called", ErrNotReadOnly, name)
}

// tokens splits a statement. Unicode escapes are resolved by the server before it reads, so a statement that has any is refused as a word
// of its own that no clause is.
func tokens(s string) []token {
	var out []token
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f':
			i++
		case strings.HasPrefix(s[i:], "//"):
			i += until(s[i:], "\n")
		case strings.HasPrefix(s[i:], "/*"):
			i += 2 + until(s[i+2:], "*/")
		case c == '\'' || c == '"':
			i += quoted(s[i:])
			out = append(out, token{text: "string"})
		case c == '`':
			i += backquoted(s[i:])
			out = append(out, token{text: "name"})
		case letter(c):
			j := i
			for j < len(s) && (letter(s[j]) || s[j] >= '0' && s[j] <= '9') {
				j++
			}
			out = append(out, token{text: s[i:j], word: true})
			i = j
		case c == '\\':
			out = append(out, token{text: "LOAD", word: true}) // an escape outside a string hides words: nothing that reads needs one
			i++
		default:
			out = append(out, token{text: s[i : i+1]})
			i++
		}
	}
	return out
}

func letter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// until returns the length of s up to and with end, or all of it.
func until(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}

// quoted returns the length of the string literal that s begins with.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		}
	}
	return len(s)
}

// backquoted returns the length of the quoted name that s begins with; a doubled backquote is part of it.
func backquoted(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != '`' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '`' {
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}
