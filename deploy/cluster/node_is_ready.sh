#!/bin/sh
# HAProxy asks this about a node (arguments 3 and 4: its address and port). Ready is who has all data and a majority:
# a node that is cut off, joins or hands out a copy answers connections too, but must not be written to.
said=$(mariadb --no-defaults --host="$3" --port="$4" --user=haproxy --connect-timeout=2 --skip-ssl --batch --skip-column-names -e "
  SELECT GROUP_CONCAT(VARIABLE_VALUE ORDER BY VARIABLE_NAME) FROM information_schema.GLOBAL_STATUS
  WHERE VARIABLE_NAME IN ('WSREP_CLUSTER_STATUS', 'WSREP_LOCAL_STATE', 'WSREP_READY')" 2>/dev/null)
[ "$said" = "Primary,4,ON" ]
