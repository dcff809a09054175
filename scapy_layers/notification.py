"""What a server says unasked (IEC 62056-5-3): EVENT-NOTIFICATION, DATA-NOTIFICATION and its confirmation."""

from __future__ import annotations

from scapy_layers.apdu import ApduBase
from scapy_layers.attribute import object_text
from scapy_layers.core.fields import ConstantField
from scapy_layers.cosem_fields import (
    AttributeIdField,
    ClassIdField,
    DateTimeField,
    EventTimeField,
    LogicalNameField,
    LongInvokeIdAndPriorityField,
)
from scapy_layers.data import DataField


class EventNotificationRequest(ApduBase):
    """Event-Notification-Request; never answered."""

    name = "EVENT-NOTIFICATION.request"
    service = "event-notification-request"
    fields_desc = [
        ConstantField("tag", 0xC2, "event-notification-request"),
        EventTimeField(),
        ClassIdField(),
        LogicalNameField(),
        AttributeIdField(),
        DataField("attribute_value"),
    ]

    def summary_text(self) -> str:
        """Which attribute has which value."""
        return f"{object_text(self)} = {self.attribute_value!r}"


class DataNotification(ApduBase):
    """Data-Notification: what a push setup collected, mostly a structure."""

    name = "DATA-NOTIFICATION"
    service = "data-notification"
    fields_desc = [
        ConstantField("tag", 0x0F, "data-notification"),
        LongInvokeIdAndPriorityField(0),
        DateTimeField("date_time"),
        DataField("notification_body"),
    ]

    def summary_text(self) -> str:
        """What is told."""
        return repr(self.notification_body)


class DataNotificationConfirm(ApduBase):
    """Data-Notification-Confirm (Green Book 10): the client has it."""

    name = "DATA-NOTIFICATION.confirm"
    service = "data-notification-confirm"
    answers_to = ("data-notification",)
    fields_desc = [
        ConstantField("tag", 0x10, "data-notification-confirm"),
        LongInvokeIdAndPriorityField(0),
        DateTimeField("date_time"),
    ]
