-- Records that entered a table and are neither rows, duplicates nor in quarantine.
select *
from accounts
where records_in <> rows_out + records_duplicate + records_quarantined;
