MATCH (:Endpoint)-[r:USES]->(:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND size(r.at) > 0
UNWIND range(0, size(r.at) - 1) AS i
WITH r.application AS application, r.at[i] - r.at[i] % $step AS at, r.at_bytes_up[i] + r.at_bytes_down[i] AS bytes
RETURN at, application, sum(bytes) AS bytes
ORDER BY at, application
