MATCH (e:Endpoint)-[r:HAS_MAC]->(m:MAC)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND r.router AND r.claims = 0
RETURN r.id AS id, e.id AS endpoint, m.address AS mac, r.vlan AS vlan, r.tunnel AS tunnel, r.virtual AS virtual, r.packets AS packets,
       r.valid_from AS first, r.valid_to - duration({nanoseconds: 1}) AS last
ORDER BY mac, endpoint, first, id
