MATCH ()-[r:STATES]->(:Setting)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND ($speaker = '' OR r.speaker = $speaker) AND r.setting STARTS WITH $setting
WITH r.speaker AS speaker, r.setting AS setting, r.group AS group, r.port AS port, r.vlan AS vlan, r.value AS value, sum(r.count) AS count,
     min(r.valid_from) AS first, max(r.valid_to) AS last
RETURN speaker, setting, group, port, vlan, value, count, first, last - duration({nanoseconds: 1}) AS last
ORDER BY speaker, setting, group, port, vlan, value
