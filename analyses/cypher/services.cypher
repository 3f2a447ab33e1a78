MATCH (:Endpoint)-[r:USES]->(s:Service) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH s, r ORDER BY r.id
WITH s, r.application AS application, min(r.valid_from) AS first, max(r.valid_to) AS last, collect(coalesce(r.server_names, [])) AS names
RETURN s.id AS service, s.context AS context, s.address AS address, s.transport AS transport, s.port AS port, application,
       reduce(all = [], l IN names | all + [x IN l WHERE NOT x IN all])[..8] AS names, first, last - duration({nanoseconds: 1}) AS last
ORDER BY service, application
