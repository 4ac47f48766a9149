from .answers import (
    Explanation as Explanation,
    explain as explain,
)
from .behind import (
    Explained as Explained,
)
from .reasons import (
    Reason as Reason,
    Report as Report,
)
