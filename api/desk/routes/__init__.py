"""The desk's addresses. Every page works without its script; what a script adds is comfort."""

from __future__ import annotations

from fastapi import APIRouter

from api.desk.routes import answering, cases, outcomes, overview

router = APIRouter()
for each in (cases, answering, outcomes, overview):
    router.include_router(each.router)
