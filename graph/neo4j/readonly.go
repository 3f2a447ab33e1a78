package neo4j

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// begins are the words that a statement that reads can begin with: no command to the server does.
var begins = []string{"MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN", "CALL"}

// writes are the words of clauses that write, wherever they stand; a variable of such a name needs backquotes.
var writes = []string{"CREATE", "INSERT", "MERGE", "SET", "REMOVE", "DELETE", "DETACH", "NODETACH", "FOREACH", "DROP"}

// procedures are those that may be called: they describe the graph.
var procedures = []string{"db.labels", "db.relationshiptypes", "db.propertykeys", "db.schema.visualization", "db.schema.nodetypeproperties", "db.schema.reltypeproperties"}

// namespaces are those of functions that may be called. Others, apoc's or genai's, run statements or ask other servers.
var namespaces = []string{"date", "datetime", "time", "localtime", "localdatetime", "duration", "point"}

// token is a word, or one other character; quoted names, strings and numbers are not words.
type token struct {
	text string
	word bool
}

// is reports whether t is one of these words, or characters.
func (t token) is(words ...string) bool { return slices.Contains(words, strings.ToUpper(t.text)) }

// readsOnly checks a statement by its words, before the server sees it: strings, comments, properties, parameters, labels, types and maps' keys are no
// clauses. Where Cypher is ambiguous it refuses. What it lets through the planner judges.
func readsOnly(statement string) error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("neo4j: %w: %s", ErrNotReadOnly, fmt.Sprintf(format, args...))
	}
	if strings.Contains(strings.ToLower(statement), `\u`) {
		return refuse("it has a Unicode escape, which could hide a clause: write the character itself")
	}
	ts := tokens(statement)
	if n := len(ts); n > 0 && ts[n-1].text == ";" {
		ts = ts[:n-1]
	}
	if len(ts) == 0 {
		return refuse("there is no statement")
	}
	if !ts[0].word || !ts[0].is(begins...) {
		return refuse("it begins with %s, want one of %s", ts[0].text, strings.Join(begins, ", "))
	}
	for i, t := range ts {
		var before, after token
		if i > 0 {
			before = ts[i-1]
		}
		if i+1 < len(ts) {
			after = ts[i+1]
		}
		switch {
		case t.text == ";":
			return refuse("there is more than one statement")
		case t.text == "(" && i > 1 && ts[i-2].text == ".":
			if f := dotted(ts[:i]); !allowed(f) {
				return refuse("function %s is not among those that may be called", f)
			}
		case !t.word || before.is("$", ":", "|", "&", "!"):
		case before.text == "." && ts[max(0, i-2)].text != "number": // a property; "1." is no number in Cypher, but nearly
		case after.text == ":" && before.is("{", ","): // the key of a map
		case t.is(writes...):
			return refuse("it has %s, which writes; a variable of that name needs backquotes", strings.ToUpper(t.text))
		case t.is("LOAD") && after.is("CSV"):
			return refuse("LOAD CSV reads files and addresses")
		case t.is("USE") && before.is("{", "}", ")", "UNION", "ALL", "DISTINCT"):
			return refuse("USE chooses another graph")
		case t.is("TRANSACTIONS") && before.is("IN", "CONCURRENT"):
			return refuse("IN TRANSACTIONS commits by itself")
		case t.is("CALL") && !after.is("{", "("):
			if p := procedure(ts[i+1:]); !slices.Contains(procedures, strings.ToLower(p)) {
				return refuse("procedure %s is not among those that may be called", p)
			}
		}
	}
	return nil
}

// procedure returns the name that ts begin with.
func procedure(ts []token) string {
	name := ""
	for i, t := range ts {
		if (i%2 == 0) != t.word || !t.word && t.text != "." {
			break // YIELD, or a parenthesis
		}
		name += t.text
	}
	return name
}

// dotted returns the name with dots that ts end with.
func dotted(ts []token) string {
	i := len(ts) - 1
	for i > 1 && ts[i-1].text == "." {
		i -= 2
	}
	name := ""
	for _, t := range ts[i:] {
		name += t.text
	}
	return name
}

// allowed reports whether a function, or a procedure, of this name may be called.
func allowed(name string) bool {
	name = strings.ToLower(name)
	space, _, _ := strings.Cut(name, ".")
	return slices.Contains(namespaces, space) || slices.Contains(procedures, name)
}

// tokens splits a statement.
func tokens(s string) []token {
	var out []token
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.IsSpace(c):
			i += size
		case strings.HasPrefix(s[i:], "//"):
			i += until(s[i:], "\n\r")
		case strings.HasPrefix(s[i:], "/*"):
			if n := strings.Index(s[i+2:], "*/"); n >= 0 {
				i += n + 4
			} else {
				i = len(s)
			}
		case c == '\'' || c == '"':
			i += quoted(s[i:])
			out = append(out, token{text: "string"})
		case c == '`':
			i += backquoted(s[i:])
			out = append(out, token{text: "a quoted name"})
		case c >= '0' && c <= '9':
			i += number(s[i:])
			out = append(out, token{text: "number"})
		case letter(c):
			n := strings.IndexFunc(s[i:], func(r rune) bool { return !letter(r) && !unicode.IsDigit(r) })
			if n < 0 {
				n = len(s) - i
			}
			out = append(out, token{text: s[i : i+n], word: true})
			i += n
		default:
			out = append(out, token{text: s[i : i+size]})
			i += size
		}
	}
	return out
}

func letter(c rune) bool {
	return c == '_' || unicode.IsLetter(c)
}

// number returns the length of the digits that s begins with, and of those after a point.
func number(s string) int {
	i := 0
	for i < len(s) && (digit(s[i]) || s[i] == '.' && i+1 < len(s) && digit(s[i+1])) {
		i++
	}
	return max(i, 1)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// until returns the length of s up to the first of the characters in ends, or all of it.
func until(s, ends string) int {
	if i := strings.IndexAny(s, ends); i >= 0 {
		return i
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
