MATCH (e:Endpoint)
WHERE EXISTS { MATCH (e)-[r]-() WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) }
   OR EXISTS { MATCH (:Endpoint)-[r:USES]->(:Service {endpoint: e.id}) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) }
OPTIONAL MATCH (e)-[r:USES]->(:Service) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH e, sum(r.packets_up) AS cs, sum(r.packets_down) AS cr, sum(r.bytes_up) AS cbs, sum(r.bytes_down) AS cbr,
     sum(r.established) AS ac, min(r.valid_from) AS cf, max(r.valid_to) AS ct
OPTIONAL MATCH (:Endpoint)-[r:USES]->(:Service {endpoint: e.id}) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH e, cs, cr, cbs, cbr, ac, cf, ct, sum(r.packets_down) AS ss, sum(r.packets_up) AS sr, sum(r.bytes_down) AS sbs, sum(r.bytes_up) AS sbr,
     sum(r.established) AS asv, min(r.valid_from) AS sf, max(r.valid_to) AS st
RETURN e.id AS id, e.context AS context, e.address AS address, cs + ss AS packets_sent, cr + sr AS packets_received,
       cbs + sbs AS bytes_sent, cbr + sbr AS bytes_received, ac AS as_client, asv AS as_server,
       CASE WHEN cf IS NULL OR sf < cf THEN sf ELSE cf END AS first,
       CASE WHEN ct IS NULL OR st > ct THEN st ELSE ct END - duration({nanoseconds: 1}) AS last
ORDER BY id
