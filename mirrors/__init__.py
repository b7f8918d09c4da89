"""School Mirrors: how a school compares with similar schools, without ranking anyone."""
