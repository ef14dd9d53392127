"""The store on PostgreSQL 15 and newer: one writer, which a fence can stop; readers in snapshots, a bounded number.

SQLModel's tables, Alembic's migrations; the driver by itself (psycopg) wherever rows are many.
"""
