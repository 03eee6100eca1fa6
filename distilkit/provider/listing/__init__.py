"""What an endpoint serves: `listed` asks it, once, and says what came back; `look` asks an address which server it is.

Importing this imports neither LiteLLM nor aiohttp. Knows nothing of profile files or of tables.
"""

from __future__ import annotations

from distilkit.provider.listing.asking import Listing, listed
from distilkit.provider.listing.entries import Listed
from distilkit.provider.listing.servers import Server, look

__all__ = ["Listed", "Listing", "Server", "listed", "look"]
