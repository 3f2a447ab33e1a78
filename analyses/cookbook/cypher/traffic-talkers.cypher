MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH c.id AS client, s.endpoint AS server, sum(r.bytes_up) AS up, sum(r.bytes_down) AS down, sum(r.packets_up) AS packets_up, sum(r.packets_down) AS packets_down
UNWIND [[client, server, up, down, packets_up, packets_down], [server, client, down, up, packets_down, packets_up]] AS x
WITH x[0] AS id, sum(x[2]) AS bytes_sent, sum(x[3]) AS bytes_received, sum(x[4]) AS packets_sent, sum(x[5]) AS packets_received, count(DISTINCT x[1]) AS peers
MATCH (e:Endpoint {id: id})
RETURN e.context AS context, e.address AS address, bytes_sent + bytes_received AS bytes, bytes_sent, bytes_received, packets_sent, packets_received, peers
ORDER BY bytes DESC, context, address
LIMIT $limit
