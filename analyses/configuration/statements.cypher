MATCH (d)-[r:STATES]->(:Setting)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND ($protocol = '' OR r.setting STARTS WITH $protocol + '.')
RETURN r.id AS id, d.id AS node, 'Device' IN labels(d) AS device, r.speaker AS speaker, r.setting AS setting, r.value AS value, r.vlan AS vlan,
       r.tunnel AS tunnel, r.group AS group, r.port AS port, r.mac AS mac, r.address AS address, r.point AS point, r.count AS count,
       r.gaps AS gaps, r.valid_from AS first, r.valid_to - duration({nanoseconds: 1}) AS last, r.evidence AS evidence
ORDER BY setting, first, id
