MATCH (n:Artefact) WHERE $all OR n.batch IN $batches
RETURN n.id AS id, n.batch AS batch, n.kind AS kind, n.point AS point, n.extent AS extent, n.text AS text
ORDER BY kind, point, id
