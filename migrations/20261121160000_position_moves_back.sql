-- A broker that loses the tail of its log gives the same offsets to other records; then the position must move back.
comment on table partition_progress is 'Where to read on after a restart. Moves back only where the log lost its tail, by an audit event partition.rewound; the offset that a broker keeps is for dashboards.';
