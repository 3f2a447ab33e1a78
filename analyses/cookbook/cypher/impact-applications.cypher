MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND r.established > 0
WITH c, s, sum(r.conversations) AS conversations, sum(r.bytes_up + r.bytes_down) AS bytes, min(r.valid_from) AS first, max(r.valid_to) AS last
MATCH (s)-[m:PART_OF]->(b:Application)
WHERE m.valid_from < $to AND m.valid_to > $from AND ($all OR m.batch IN $batches)
WITH DISTINCT c, s, b, conversations, bytes, first, last
OPTIONAL MATCH (:Service {endpoint: c.id})-[m:PART_OF]->(a:Application)
WHERE m.valid_from < $to AND m.valid_to > $from AND ($all OR m.batch IN $batches)
WITH DISTINCT c, s, b, coalesce(a.name, '') AS from_application, conversations, bytes, first, last
WHERE from_application <> b.name
WITH from_application, b, count(DISTINCT c) AS clients, count(DISTINCT s) AS services, sum(conversations) AS conversations, sum(bytes) AS bytes,
     min(first) AS first, max(last) AS last
RETURN from_application, b.name AS to_application, clients, services, conversations, bytes, first, last - duration({nanoseconds: 1}) AS last
ORDER BY from_application, to_application
