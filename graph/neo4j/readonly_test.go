package neo4j

import (
	"errors"
	"testing"
)

func TestReadsOnly(t *testing.T) {
	for _, s := range []string{
		// Every clause that writes, in any case, between other clauses and in subqueries.
		"CREATE (n)", "create (n)", "MATCH (n) CrEaTe (m)", "MATCH (n) INSERT (m)", "MATCH (n) MERGE (m {x: 1})", "MATCH (n) SET n.x = 1", "MATCH (n) SET n:X", "MATCH (n) SET n += {x: 1}",
		"MATCH (n) REMOVE n.x", "MATCH (n) DELETE n", "MATCH (n) DETACH DELETE n", "MATCH (n) NODETACH DELETE n", "MATCH p = ()--() FOREACH (n IN nodes(p) | SET n.x = 1)",
		"MATCH (n) CALL { CREATE (m) } RETURN n", "MATCH (n) CALL (n) { DELETE n } RETURN 1", "RETURN EXISTS { CREATE (n) }", "MATCH (n) RETURN n UNION CREATE (n) RETURN n", "UNWIND [1] AS x CREATE (n)",
		"MATCH (n) WHERE n.x = 1.SET n.y = 1", "MATCH (n) WHERE n.x = 1SET n.y = 1", "MATCH (n) WHERE n.x = 1. SET n.y = 1", "WITH {a: 1} AS m CREATE (n)", "MATCH (n) WITH n.set AS x SET n.y = 1",
		// Hidden.
		"MATCH (n)\nDELETE\tn", "MATCH (n)/**/DELETE/**/n", "MATCH (n) // SET\nDELETE n", "MATCH (n) // x\rDELETE n", "MATCH (n) /* ' */ DELETE n /* ' */", "MATCH (n) WHERE n.x = '\\'' DELETE n //'",
		"MATCH (n) WHERE n.`a``b` = 1 DELETE n", "MATCH (n)\u00a0DELETE\u00a0n", "MATCH (n)\u2003DELETE n", "MATCH (n)\ufeffDELETE n", "MATCH (n)\x0bDELETE n", "MATCH (n)\x00DELETE n", "MATCH (n)\u2028SET n.x = 1",
		`\u0043REATE (n)`, `MATCH (n) \u0044ELETE n`, `MATCH (n) \U00000044ELETE n`, `RETURN 'a\u0027 CREATE (n) //'`, "MATCH (n) // \\u000a DELETE n", "MATCH (n) WHERE n.x = 'a' 'b' DELETE n",
		// Procedures and functions.
		"CALL dbms.listConfig()", "CALL dbms.components() YIELD name RETURN name", "call DBMS.killQuery('x')", "CALL apoc.cypher.runWrite('CREATE (n)', {})", "MATCH (n) CALL apoc.create.node([], {}) YIELD node RETURN node",
		"CALL `dbms`.`listConfig`()", "CALL db . index . fulltext . createNodeIndex('x')", "CALL db.createLabel('X')", "CALL db.labels.x()", "CALL/**/apoc.load.json('http://x')", "OPTIONAL CALL apoc.x() RETURN 1", "CALL",
		"RETURN apoc.cypher.runFirstColumnSingle('MATCH (n) RETURN n', {})", "RETURN `apoc`.`x`('')", "RETURN genai.vector.encode('x', 'OpenAI', {})", "RETURN apoc . util . sleep(1)", "RETURN date.`x`(1) + apoc.x(1)",
		// What is no question about the graph.
		"LOAD CSV FROM 'http://x' AS l RETURN l", "MATCH (n) LOAD CSV WITH HEADERS FROM $u AS l RETURN l", "WITH 1 AS x LOAD/**/csv FROM 'x' AS l RETURN l", "USE neo4j MATCH (n) RETURN n", "CALL { USE graph.byName('x') MATCH (n) RETURN n } RETURN n",
		"MATCH (n) RETURN n UNION USE system RETURN 1 AS n", "SHOW USERS", "show databases", "SHOW TRANSACTIONS YIELD * TERMINATE TRANSACTIONS 'x'", "TERMINATE TRANSACTION 'x'", "DROP INDEX x", "ALTER DATABASE x SET ACCESS READ ONLY",
		"GRANT ROLE x TO y", "DENY READ {*} ON GRAPH x TO y", "REVOKE ROLE x FROM y", "START DATABASE x", "STOP DATABASE x", "RENAME USER a TO b", "ENABLE SERVER 'x'", "EXPLAIN MATCH (n) RETURN n", "PROFILE MATCH (n) DELETE n", "CYPHER 5 MATCH (n) RETURN n",
		"MATCH (n) CALL (n) { MATCH (m) RETURN m } IN TRANSACTIONS RETURN n", "MATCH (n) CALL (n) { RETURN 1 AS x } IN 3 CONCURRENT TRANSACTIONS OF 10 ROWS RETURN x", "CALL { RETURN 1 AS x } in /* */ transactions RETURN x",
		"RETURN 1; RETURN 2", "RETURN 1;;", "RETURN 1; CREATE (n)", ";", "", " // nothing", "/* open", "'", "`MATCH` (n)", "(n)", "1",
		// Ambiguous, so refused.
		"WITH 1 AS set RETURN set", "MATCH (create) RETURN create",
	} {
		if err := readsOnly(s); !errors.Is(err, ErrNotReadOnly) {
			t.Errorf("%q: %v, want ErrNotReadOnly", s, err)
		}
	}
	for _, s := range []string{
		"RETURN 1", "RETURN 1;", "return 1 ; \n", "MATCH (n) RETURN n.set, n.create, n . delete, n.`SET`", "MATCH (n:Set|Create&!Delete) RETURN n", "MATCH (n: Merge)-[r:DELETE|CREATE*1..3]->() RETURN r", "RETURN {create: 1, set: 2, delete : {merge: 3}}",
		"MATCH (n {remove: 1}) RETURN n {.set, .create, delete: 1}", "RETURN 'DELETE', \"CREATE (n)\", 'it''s', 'a\\'b SET', 'x;y', 'a\\\\'", "MATCH (`CREATE`:`SET`) RETURN `CREATE`.`x``DELETE`", "RETURN $set, $create", "RETURN 1 // DELETE", "RETURN /* SET; */ 1",
		"CALL db.labels() YIELD label RETURN label", "CALL db.labels", "call DB.relationshipTypes() YIELD relationshipType RETURN 1", "CALL db.schema.visualization()", "MATCH (n) CALL (n) { MATCH (n)--(m) RETURN m } RETURN m", "CALL { MATCH (n) RETURN n } RETURN n",
		"RETURN EXISTS { (a)-->() }, COUNT { MATCH (b) RETURN b }, COLLECT { MATCH (c) RETURN c.x }", "MATCH (start)-[load]->(stop) RETURN start, load, stop AS use", "MATCH (show:X) RETURN show ORDER BY show.use", "UNWIND [1] AS transactions RETURN transactions",
		"RETURN date.truncate('day', date()), datetime.fromEpoch(1, 2), duration.between($a, $b), point.distance($a, $b)", "RETURN 1.5, .5, 1e5, 0x1F, [1, 2][0..1]", "MATCH (a)-[*..5]-(b) RETURN a.created, b.settings, a.`x`.y", "RETURN n.x IN (1)", "OPTIONAL MATCH (n) RETURN n",
		"WITH 1 AS created, 2 AS loads RETURN created, loads", "RETURN 'zürich 東京', 'C:\\\\temp'", "MATCH (ü) RETURN ü",
	} {
		if err := readsOnly(s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzReadsOnly(f *testing.F) {
	for _, s := range []string{"MATCH (n) RETURN n", "RETURN 'a\\", "RETURN `", "/*", "1.", ".(", "CALL .", "\xff\xfe("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, closing := range []string{"x", "x'", "x\"", "x`", "x*/"} { // one of them ends what s leaves open
			if readsOnly(s+closing+"\nDELETE n") != nil {
				return
			}
		}
		t.Errorf("%q hides what follows", s)
	})
}
