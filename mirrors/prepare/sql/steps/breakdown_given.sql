-- One row: a breakdown that the events of a school and school year carry.
-- Every pupil has a grade and a sex: a gap means that they were not asked. Not every pupil has a track, or
-- lives in a district of the city.
WITH
given AS (
    SELECT
        school_id,
        school_year,
        count(*) AS rows_all,
        count(grade) AS rows_grade,
        count(sex) AS rows_sex,
        count(track) AS rows_track,
        count(district) AS rows_district
    FROM pupil_units
    GROUP BY school_id, school_year
)
SELECT school_id, school_year, 'all' AS breakdown FROM given
UNION ALL
SELECT school_id, school_year, 'grade' AS breakdown FROM given WHERE rows_grade = rows_all
UNION ALL
SELECT school_id, school_year, 'sex' AS breakdown FROM given WHERE rows_sex = rows_all
UNION ALL
SELECT school_id, school_year, 'track' AS breakdown FROM given WHERE rows_track > 0
UNION ALL
SELECT school_id, school_year, 'district' AS breakdown FROM given WHERE rows_district > 0
