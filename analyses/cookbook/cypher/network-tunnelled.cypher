MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND coalesce(r.tunnel, '') <> '' AND coalesce(r.tunnel, '') STARTS WITH $tunnel
WITH coalesce(r.tunnel, '') AS tunnel, r.application AS application, count(DISTINCT c) AS clients, count(DISTINCT s) AS services, sum(r.conversations) AS conversations,
     sum(r.bytes_up + r.bytes_down) AS bytes, min(r.valid_from) AS first, max(r.valid_to) AS last
RETURN tunnel, application, clients, services, conversations, bytes, first, last - duration({nanoseconds: 1}) AS last
ORDER BY tunnel, application
