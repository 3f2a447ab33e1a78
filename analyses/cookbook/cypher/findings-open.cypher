MATCH (f:Finding)
WHERE f.open AND f.first <= $since AND f.first < $to AND f.last >= $from AND f.rule STARTS WITH $rule
WITH f, CASE f.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 WHEN 'info' THEN 4 ELSE 5 END AS rank
RETURN f.severity AS severity, f.rule AS rule, f.text AS text, f.first AS first, f.last AS last, f.count AS count, f.id AS id
ORDER BY rank, first, id
