OPTIONAL MATCH (e:Endpoint)
WHERE EXISTS { MATCH (e)-[r]-() WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) }
   OR EXISTS { MATCH (:Endpoint)-[r:USES]->(:Service {endpoint: e.id}) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) }
WITH count(e) AS endpoints, count(DISTINCT e.context) AS contexts
OPTIONAL MATCH (v:VLAN) WHERE EXISTS { MATCH (v)-[r]-() WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) }
WITH endpoints, contexts, count(v) AS vlans
OPTIONAL MATCH (d:Device) WHERE EXISTS { MATCH (d)-[r]-() WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) }
WITH endpoints, contexts, vlans, count(d) AS devices
OPTIONAL MATCH (c:Endpoint)-[r:USES]->(s:Service) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH endpoints, contexts, vlans, devices, c, s, coalesce(r.conversations, 0) AS n, coalesce(r.established, 0) > 0 AS up
RETURN endpoints, count(DISTINCT CASE WHEN up THEN s.id END) AS services, count(DISTINCT CASE WHEN up THEN c.id + s.id END) AS dependencies,
       sum(n) AS conversations, vlans, devices, contexts
