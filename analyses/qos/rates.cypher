MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND s.id IN $services AND size(r.at) > 0
UNWIND range(0, size(r.at) - 1) AS i
WITH c.id AS client, s.id AS service, r.application AS application, r.at[i] AS at, max(r.step_s) AS step_s,
     sum(r.at_bytes_up[i]) AS bytes_up, sum(r.at_bytes_down[i]) AS bytes_down
RETURN client, service, application, at, step_s, bytes_up, bytes_down
ORDER BY client, service, application, at
