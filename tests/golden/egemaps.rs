//! Against openSMILE.
