"""The records: what a team wants to back up and query (documents, requests for a human), in an SQL database."""

from botcore.stores.records.desk import Handover, RequestDesk, storable
from botcore.stores.records.records import Records
from botcore.stores.records.schema import chunks, documents, handovers, marks

__all__ = ["Handover", "Records", "RequestDesk", "chunks", "documents", "handovers", "marks", "storable"]
