//! Background jobs and schedules on SeaORM.
