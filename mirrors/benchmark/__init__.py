"""From counts per school and year to peer groups, comparisons, lasting change and the ten-and-ten lists."""
