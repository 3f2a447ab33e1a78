MATCH (h)-[r:ROUTES]->(n)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH coalesce(h.device, h.address) AS router, CASE WHEN n:Subnet THEN 'subnet' ELSE 'vlan' END AS kind, coalesce(n.context, n.domain) AS context,
     coalesce(n.prefix, n.vlan) AS network, r.why AS why, sum(r.count) AS count, min(r.valid_from) AS first, max(r.valid_to) AS last
RETURN router, kind, context, network, why, count, first, last - duration({nanoseconds: 1}) AS last
ORDER BY router, kind, context, network, why
